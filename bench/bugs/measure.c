// Which scenarios are measured, and the way all of them are run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/measure.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_chosen(const struct measure *measure,
                      const struct trio_scenario *scenario)
{
    return measure->pattern == NULL ||
           fnmatch(measure->pattern, scenario->name, 0) == 0;
}

const struct trio_scenario *
measure_next_bug(const struct measure *measure,
                 const struct trio_scenario *scenario)
{
    while (scenario != NULL &&
           (scenario->witness == NULL || !is_chosen(measure, scenario)))
        scenario = scenario->next;
    return scenario;
}

const struct trio_scenario *
measure_next_corrected(const struct measure *measure,
                       const struct trio_scenario *scenario)
{
    while (scenario != NULL &&
           (scenario->witness != NULL || !is_chosen(measure, scenario)))
        scenario = scenario->next;
    return scenario;
}

bool measure_is_cancellation(const struct trio_scenario *bug)
{
    return strncmp(bug->name, "cancel_", strlen("cancel_")) == 0;
}

void measure_campaign(const struct measure *measure,
                      const struct trio_scenario *scenario,
                      const struct trio_campaign_options *options,
                      struct trio_campaign_result *ret_result)
{
    trio_status rc =
        trio_campaign_run(measure->campaign, scenario, options, ret_result);

    if (rc != TRIO_OK) {
        fprintf(stderr, "%s: no such campaign\n", scenario->name);
        exit(1);
    }
}
