// Which scenarios are measured, and the way all of them are run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/measure.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void measure_begin(struct measure *measure)
{
    struct trio_config base = trio_config_platform();

    measure->campaign = trio_campaign_new(&base);
    if (measure->campaign != NULL)
        return;
    fputs("out of memory\n", stderr);
    exit(1);
}

void measure_end(struct measure *measure)
{
    trio_campaign_free(measure->campaign);
    measure->campaign = NULL;
}

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

bool measure_failure(const struct measure *measure,
                     const struct trio_scenario *bug,
                     struct trio_campaign_result *ret_result)
{
    const struct trio_campaign_options search = {.runs = SCHEDULES_MAX,
                                                 .seed = 1};
    const struct trio_campaign_options by_hand = {.strategy = "script",
                                                  .script = bug->witness,
                                                  .runs = 1,
                                                  .no_cancel_sweep = true,
                                                  .no_time_sweep = true,
                                                  .no_failure_sweep = true};

    measure_campaign(measure, bug, &search, ret_result);
    if (ret_result->verdict == TRIO_SIM_FAILED)
        return true;
    measure_campaign(measure, bug, &by_hand, ret_result);
    return false;
}

const char *measure_replay(const struct measure *measure,
                           const struct trio_scenario *bug, const char *token,
                           struct trio_campaign_result *ret_result)
{
    trio_status rc =
        trio_campaign_replay(measure->campaign, bug, token, ret_result);

    if (rc == TRIO_EINVAL)
        return "is no token of this bug";
    if (rc == TRIO_ESTALE)
        return ret_result->text;
    return ret_result->verdict == TRIO_SIM_FAILED
               ? NULL
               : "fits, but the run does not fail";
}
