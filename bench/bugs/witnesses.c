// A bug that no search finds may be none, so each is shown to be one: by a
// schedule in which it fails, and by the common one, in which it does not.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include "bench/bugs/measure.h"

static const struct trio_campaign_options one_run = {.runs = 1,
                                                     .no_cancel_sweep = true,
                                                     .no_time_sweep = true,
                                                     .no_failure_sweep = true,
                                                     .no_twins = true,
                                                     .no_shrink = true};

// A script that does not fit the program fails, too.
static bool fits(const struct trio_campaign_result *result)
{
    static const char misfit[] = "the script does not fit";

    return strncmp(result->text, misfit, strlen(misfit)) != 0;
}

static bool fails_by_witness(const struct measure *measure,
                             const struct trio_scenario *bug)
{
    struct trio_campaign_options options = one_run;
    struct trio_campaign_result result;

    options.strategy = "script";
    options.script = bug->witness;
    measure_campaign(measure, bug, &options, &result);
    if (result.verdict == TRIO_SIM_FAILED && fits(&result))
        return true;
    printf("%s: its witness proves nothing: %s\n", bug->name,
           result.verdict == TRIO_SIM_FAILED ? result.text : "no failure");
    return false;
}

static bool passes_in_order(const struct measure *measure,
                            const struct trio_scenario *bug)
{
    struct trio_campaign_options options = one_run;
    struct trio_campaign_result result;

    options.strategy = "fifo";
    measure_campaign(measure, bug, &options, &result);
    if (result.verdict == TRIO_SIM_PASSED)
        return true;
    printf("%s: does not pass first in, first out: %s\n", bug->name,
           result.verdict == TRIO_SIM_FAILED ? result.text : "too long");
    return false;
}

unsigned measure_witnesses(const struct measure *measure)
{
    const struct trio_scenario *bug = trio_scenario_first();
    unsigned bugs = 0, unproven = 0;

    while ((bug = measure_next_bug(measure, bug)) != NULL) {
        bool fails = fails_by_witness(measure, bug);
        bool passes = passes_in_order(measure, bug);
        bugs++;
        unproven += !fails || !passes;
        bug = bug->next;
    }
    printf("%u of %u bugs fail by their witness and pass without\n\n",
           bugs - unproven, bugs);
    return unproven;
}
