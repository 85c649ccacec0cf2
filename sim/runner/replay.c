// A token does not say whose it is, but most scenarios see that it is not
// theirs: the first that does not refuse it has it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/replay.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/runner/crash.h"
#include "sim/runner/output.h"
#include "sim/runner/report.h"

// A token is kept because it led to a failure: who replays it is told that it
// still says something, and that this is no failure any more.
static const char *news_of(enum trio_verdict verdict)
{
    static const char *const news[] = {
        [TRIO_SIM_PASSED] = "the run passes now",
        [TRIO_SIM_FAILED] = "", // The report has more to say.
        [TRIO_SIM_CANCELLED] = "what it injects ends the run, as it should",
        [TRIO_SIM_CAPPED] = "the run was capped",
    };

    return news[verdict];
}

static int show(const struct options *options, struct trio_campaign *campaign,
                const struct record *record, trio_status rc)
{
    const char *name = record->scenario->name;
    enum trio_verdict verdict = record->result.verdict;
    char *story;

    if (rc == TRIO_ESTALE) {
        printf("%s: the token %s\n", name, record->result.text);
        return EXIT_UNDECIDED;
    }
    if (verdict == TRIO_SIM_FAILED)
        story = trio_runner_report_failure_(options, campaign, record);
    else
        story = trio_runner_report_story_(options, campaign, record);
    if (verdict != TRIO_SIM_FAILED)
        printf("%s: the token fits, and %s%s%s\n", name, news_of(verdict),
               verdict == TRIO_SIM_CAPPED ? ": " : "",
               verdict == TRIO_SIM_CAPPED ? record->result.text : "");
    if (story != NULL)
        fputs(story, stdout);
    free(story);
    if (verdict == TRIO_SIM_CAPPED)
        return EXIT_UNDECIDED;
    return verdict == TRIO_SIM_FAILED ? EXIT_FAILED : EXIT_PASSED;
}

int trio_runner_replay_(const struct options *options,
                        struct trio_campaign *campaign,
                        const struct trio_scenario *const *scenarios,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct record record = {.scenario = scenarios[i]};

        trio_runner_crash_expect_(&record, options->replay);
        trio_runner_crash_then_(trio_runner_report_death_,
                                (void *)(uintptr_t)options);
        trio_runner_output_hold_();
        trio_status rc = trio_campaign_replay(campaign, scenarios[i],
                                              options->replay, &record.result);
        free(trio_runner_output_release_());
        trio_runner_crash_expect_(NULL, NULL);
        trio_runner_crash_then_(NULL, NULL);
        if (rc != TRIO_EINVAL)
            return show(options, campaign, &record, rc);
    }
    fprintf(stderr, "%s: not a token of %s\n", options->program,
            count == 1 ? scenarios[0]->name : "any scenario");
    return EXIT_USAGE;
}
