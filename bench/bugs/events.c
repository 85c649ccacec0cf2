// What needs an event at a certain place: how soon a default campaign finds it,
// and how little is left of it. What was corrected is run far more often.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/bugs/measure.h"

enum {
    RUNS_MAX = 500,
    DEVIATIONS_MAX = 2,
    DEVIATIONS_MAX_UNLUCKY = 3, // It takes one for each of three attempts.
    RUNS_CORRECTED = 100000
};

static bool needs_event(const struct trio_scenario *scenario)
{
    return strncmp(scenario->name, "event_", strlen("event_")) == 0;
}

static bool is_found(const struct measure *measure,
                     const struct trio_scenario *bug)
{
    const struct trio_campaign_options defaults = {.seed = 1};
    struct trio_campaign_result result;
    bool unlucky = strcmp(bug->name, "event_unlucky_retry") == 0;

    measure_campaign(measure, bug, &defaults, &result);
    printf("%-33s %5" PRIu64 "  by %s, %zu deviations\n", bug->name,
           result.found_after, result.found_by != NULL ? result.found_by : "-",
           result.deviations);
    return result.verdict == TRIO_SIM_FAILED && result.possible_in_pass &&
           result.found_after <= RUNS_MAX &&
           result.deviations <=
               (unlucky ? DEVIATIONS_MAX_UNLUCKY : DEVIATIONS_MAX);
}

static bool is_clean(const struct measure *measure,
                     const struct trio_scenario *corrected)
{
    const struct trio_campaign_options many = {.seed = 1,
                                               .runs = RUNS_CORRECTED,
                                               .no_shrink = true};
    struct trio_campaign_result result;

    measure_campaign(measure, corrected, &many, &result);
    if (result.verdict == TRIO_SIM_PASSED)
        return true;
    printf("%s: by %s, %s\n", corrected->name, result.found_by, result.text);
    return false;
}

unsigned measure_events(const struct measure *measure)
{
    const struct trio_scenario *scenario = trio_scenario_first();
    unsigned bugs = 0, missed = 0, failed = 0;

    printf("Runs of a default campaign until an event is where it should not\n"
           "be, and deviations that are left:\n\n");
    while ((scenario = measure_next_bug(measure, scenario)) != NULL) {
        bugs += needs_event(scenario);
        if (needs_event(scenario) && !is_found(measure, scenario))
            missed++;
        scenario = scenario->next;
    }
    scenario = trio_scenario_first();
    while ((scenario = measure_next_corrected(measure, scenario)) != NULL) {
        if (needs_event(scenario) && !is_clean(measure, scenario))
            failed++;
        scenario = scenario->next;
    }
    printf("%u of %u in %d runs; %u that were corrected fail in %d\n\n",
           bugs - missed, bugs, RUNS_MAX, failed, RUNS_CORRECTED);
    return missed + failed;
}
