// What a campaign finds by itself, with everything that it does by default.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>

#include "bench/bugs/measure.h"

static const struct trio_campaign_options defaults = {.seed = 1,
                                                      .no_shrink = true};

static unsigned print_cancellation_bugs(const struct measure *measure)
{
    const struct trio_scenario *bug = trio_scenario_first();
    struct trio_campaign_result result;
    unsigned bugs = 0, found = 0;
    uint64_t runs = 0;

    while ((bug = measure_next_bug(measure, bug)) != NULL) {
        if (measure_is_cancellation(bug)) {
            measure_campaign(measure, bug, &defaults, &result);
            bool failed = result.verdict == TRIO_SIM_FAILED;
            bugs++;
            found += failed;
            runs += failed ? result.found_after : result.runs;
            printf("%-33s %5" PRIu64 "  %s\n", bug->name,
                   failed ? result.found_after : result.runs,
                   failed ? result.found_by : "not found");
        }
        bug = bug->next;
    }
    printf("%u of %u cancellation bugs, in %" PRIu64 " runs together\n\n",
           found, bugs, runs);
    return bugs - found;
}

static unsigned print_corrected(const struct measure *measure)
{
    const struct trio_scenario *scenario = trio_scenario_first();
    struct trio_campaign_result result;
    unsigned corrected = 0, failed = 0;

    while ((scenario = measure_next_corrected(measure, scenario)) != NULL) {
        measure_campaign(measure, scenario, &defaults, &result);
        corrected++;
        if (result.verdict != TRIO_SIM_PASSED) {
            failed++;
            printf("%s: by %s, %s\n", scenario->name, result.found_by,
                   result.text);
        }
        scenario = scenario->next;
    }
    printf("%u of %u that were corrected pass\n\n", corrected - failed,
           corrected);
    return failed;
}

unsigned measure_sweeps(const struct measure *measure)
{
    printf("Runs of a default campaign to the first failure:\n\n");
    unsigned missed = print_cancellation_bugs(measure);
    return missed + print_corrected(measure);
}
