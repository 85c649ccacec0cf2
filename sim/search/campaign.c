// A campaign goes from what is likely to find something to what is thorough:
// the schedule of production, every moment at which it can be cancelled or a
// timer can expire, every call that can fail, then one random schedule after
// another. The first failure ends it and is made small; a campaign that ends
// without one and in which something never was that should be sometimes has
// failed, too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/campaign.h>

#include <stdio.h>
#include <string.h>

#include "sim/search/search.h"

struct trio_campaign {
    struct trio_memory memory;
    struct kernel *kernel;
    struct strategies strategies;
    struct search search;
    struct shrunk shrunk;
};

struct trio_campaign *trio_campaign_new(const struct trio_config *base)
{
    struct trio_campaign *campaign =
        base->memory.allocate(base->memory.context, sizeof(*campaign));

    if (campaign == NULL)
        return NULL;
    memset(campaign, 0, sizeof(*campaign));
    campaign->memory = base->memory;
    campaign->kernel = trio_sim_kernel_new_(base);
    if (campaign->kernel == NULL) {
        trio_campaign_free(campaign);
        return NULL;
    }
    return campaign;
}

void trio_campaign_free(struct trio_campaign *campaign)
{
    if (campaign == NULL)
        return;
    if (campaign->kernel != NULL)
        trio_sim_kernel_free_(campaign->kernel);
    campaign->memory.release(campaign->memory.context, campaign,
                             sizeof(*campaign));
}

struct kernel *trio_sim_campaign_kernel_(struct trio_campaign *campaign)
{
    return campaign->kernel;
}

static void begin(struct trio_campaign *campaign,
                  const struct trio_scenario *scenario,
                  const struct trio_campaign_options *options,
                  struct trio_campaign_result *result)
{
    struct search *search = &campaign->search;

    if (scenario->name == NULL)
        trio_misuse("a scenario without a name", scenario);
    memset(result, 0, sizeof(*result));
    search->kernel = campaign->kernel;
    search->scenario = scenario;
    search->options = (struct trio_campaign_options){.strategy = NULL};
    if (options != NULL)
        search->options = *options;
    trio_sim_strategies_init_(&campaign->strategies,
                              search->options.script != NULL
                                  ? search->options.script
                                  : scenario->witness);
    search->result = result;
    search->strategies = &campaign->strategies;
    search->order = search->options.order == NULL ? scenario->order
                                                  : *search->options.order;
    trio_sim_search_begin_(search);
}

// The schedule of production and what can be made of it. Returns false if the
// search is over.
static bool sweep(struct search *search)
{
    const struct trio_campaign_options *options = &search->options;
    const struct trio_scenario *scenario = search->scenario;
    bool cancels = !options->no_cancel_sweep && !scenario->no_cancel_sweep;
    bool times = !options->no_time_sweep;
    bool failures = !options->no_failure_sweep && !scenario->no_failure_sweep;
    struct plan plan = trio_sim_schedule_(search, 0);
    struct outcome outcome;

    if (!trio_sim_try_(search, &plan, "fifo", &outcome))
        return false;
    if (cancels)
        trio_sim_note_points_(search, 0, NULL);
    if (times)
        trio_sim_note_lapses_(search);
    if (failures)
        trio_sim_note_calls_(search, NULL);
    return (options->no_twins || trio_sim_twin_(search, &plan, &outcome)) &&
           (!cancels || trio_sim_sweep_cancels_(search)) &&
           (!times || trio_sim_sweep_times_(search)) &&
           (!failures || trio_sim_sweep_failures_(search));
}

static trio_status run(struct search *search)
{
    if (search->options.twins_only) {
        trio_sim_twins_(search);
        return TRIO_OK;
    }
    if (search->options.strategy != NULL)
        return trio_sim_explore_(search);
    if (!sweep(search) || search->options.sweeps_only)
        return TRIO_OK;
    return trio_sim_explore_(search);
}

// Whether the campaign has done what should be enough for each SOMETIMES.
static bool is_complete(const struct search *search)
{
    const struct trio_campaign_options *options = &search->options;

    return !search->over && options->strategy == NULL && !options->sweeps_only;
}

// Takes the failing run down as it was, decision for decision.
static bool take_down(struct search *search, struct shrunk *ret)
{
    struct plan plan = search->failing;
    size_t count;

    plan.details = true;
    trio_sim_run_(search->kernel, &plan, &ret->outcome);
    const struct deviation *fired = trio_sim_fired_(search->kernel, &count);
    if (ret->outcome.failure_class != search->outcome.failure_class ||
        ret->outcome.verdict != search->outcome.verdict ||
        count > DEVIATIONS_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        ret->deviations[i] = fired[i];
    plan.strategy = NULL;
    plan.swarm.seed = 0; // They are in the deviations.
    plan.deviations = ret->deviations;
    plan.deviation_count = count;
    ret->plan = plan;
    ret->replays = 1;
    ret->found = count;
    ret->minimal = false;
    ret->sought_in_pass = false;
    ret->possible_in_pass = plan.order == TRIO_SIM_PASS;
    return true;
}

static void conclude(struct search *search, struct shrunk *shrunk)
{
    struct trio_campaign_result *result = search->result;
    const struct outcome *outcome = &search->outcome;

    result->verdict = (enum trio_verdict)outcome->verdict;
    if (outcome->verdict == VERDICT_PASSED)
        return;
    bool again = search->options.no_shrink
                     ? take_down(search, shrunk)
                     : trio_sim_shrink_(search->kernel, &search->failing,
                                        outcome, shrunk);
    if (!again) { // It did not fit, or is not of the program alone.
        snprintf(result->text, sizeof(result->text), "%s", outcome->text);
        return;
    }
    snprintf(result->text, sizeof(result->text), "%s", shrunk->outcome.text);
    result->replays = shrunk->replays;
    result->deviations = shrunk->plan.deviation_count;
    result->deviations_found = shrunk->found;
    result->minimal = shrunk->minimal;
    result->sought_in_pass = shrunk->sought_in_pass;
    result->possible_in_pass = shrunk->possible_in_pass;
    if (trio_sim_token_write_(&shrunk->plan, result->token,
                              sizeof(result->token)) == 0)
        result->token[0] = '\0';
}

trio_status trio_campaign_run(struct trio_campaign *campaign,
                              const struct trio_scenario *scenario,
                              const struct trio_campaign_options *options,
                              struct trio_campaign_result *ret_result)
{
    struct search *search = &campaign->search;

    begin(campaign, scenario, options, ret_result);
    trio_status rc = run(search);
    if (rc != TRIO_OK)
        return rc;
    conclude(search, &campaign->shrunk);
    if (is_complete(search) && !search->options.no_sometimes)
        trio_sim_judge_sometimes_(ret_result);
    return TRIO_OK;
}

bool trio_sim_campaign_conclude_(struct trio_campaign *campaign,
                                 const struct plan *failing, bool no_shrink,
                                 struct trio_campaign_result *ret_result)
{
    const struct trio_campaign_options options = {.no_shrink = no_shrink};
    struct search *search = &campaign->search;
    struct outcome outcome;

    begin(campaign, failing->scenario, &options, ret_result);
    trio_sim_run_(search->kernel, failing, &outcome);
    if (outcome.verdict != VERDICT_FAILED)
        return false;
    trio_sim_keep_failure_(search, failing, "replay", &outcome);
    conclude(search, &campaign->shrunk);
    return ret_result->token[0] != '\0';
}
