// A replay never passes silently: either all that the token says happened
// again, or the status says that it did not, and the text what was the first of
// it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include <stdio.h>
#include <string.h>

#include "sim/search/search.h"

static const char *const kinds[] = {
    [DEVIATE_TASK] = "task",    [DEVIATE_CLOCK] = "clock",
    [DEVIATE_JOB] = "job",      [DEVIATE_CANCEL] = "cancellation",
    [DEVIATE_FAIL] = "failure", [DEVIATE_FAIL_ON] = "lasting failure",
};

static const char *const verdicts[] = {
    [VERDICT_PASSED] = "it passed",
    [VERDICT_FAILED] = "it failed",
    [VERDICT_CANCELLED] = "it was cancelled",
    [VERDICT_CAPPED] = "it was capped",
};

static void tell(const struct outcome *outcome, const struct plan *plan,
                 struct trio_campaign_result *result)
{
    *result = (struct trio_campaign_result){
        .verdict = (enum trio_verdict)outcome->verdict,
        .runs = 1,
        .steps = outcome->steps,
        .traces = 1,
        .capped = outcome->verdict == VERDICT_CAPPED,
        .found_after = outcome->verdict == VERDICT_FAILED,
        .found_by = outcome->verdict == VERDICT_FAILED ? "replay" : NULL,
        .deviations = plan->deviation_count,
        .deviations_found = plan->deviation_count,
        .possible_in_pass = plan->order == TRIO_SIM_PASS,
    };
    snprintf(result->text, sizeof(result->text), "%s", outcome->text);
}

trio_status trio_campaign_replay(struct trio_campaign *campaign,
                                 const struct trio_scenario *scenario,
                                 const char *token,
                                 struct trio_campaign_result *ret_result)
{
    struct kernel *kernel = trio_sim_campaign_kernel_(campaign);
    struct deviation deviations[DEVIATIONS_MAX];
    struct plan plan = {.scenario = scenario};
    struct outcome outcome;
    size_t first = 0;

    if (scenario->name == NULL)
        trio_misuse("a scenario without a name", scenario);
    if (!trio_sim_token_read_(token, &plan, deviations, DEVIATIONS_MAX))
        return TRIO_EINVAL;
    plan.deviations = deviations;
    plan.details = true;
    plan.words = true;
    trio_sim_run_(kernel, &plan, &outcome);
    tell(&outcome, &plan, ret_result);
    snprintf(ret_result->token, sizeof(ret_result->token), "%s", token);
    if (trio_sim_stale_(kernel, &first) == 0)
        return TRIO_OK;
    snprintf(ret_result->text, sizeof(ret_result->text),
             "does not fit any more: number %zu of %zu, a %s, has no place; "
             "%s%s%.150s",
             first + 1, plan.deviation_count,
             kinds[plan.deviations[first].kind], verdicts[outcome.verdict],
             outcome.text[0] == '\0' ? "" : ": ", outcome.text);
    return TRIO_ESTALE;
}
