// SPDX-License-Identifier: MIT OR Apache-2.0
// Row 8: runs that are done again with other addresses, other junk in fresh
// memory and another time of day, under each of several strategies. They have
// to be the same, step for step.

#include <trio/trio.h>

#include <stdio.h>

#include "bench/meter.h"
#include "bench/sim/measure.h"
#include "bench/sim/rows.h"

unsigned long sim_twins = 10000;

// Takes turns, sleeps for as long as chance has it, and gives up in time.
static TRIO_CHECKPOINT trio_status do_a_bit_of_all(void *arg)
{
    struct sim_yielders yielders = {4, 2};
    struct sim_sleepers sleepers = {3, 2};
    struct trio_cancel_scope scope;

    (void)arg;
    trio_move_on_after(&scope,
                       (trio_duration)trio_random_below(3000) * TRIO_MS);
    trio_status rc = sim_share(&yielders);
    if (rc == TRIO_OK)
        rc = sim_sleep(&sleepers);
    return trio_cancel_scope_close(&scope, rc);
}

static void measure(double *ret_mismatches)
{
    static const struct trio_scenario scenario = {.name = "a bit of all",
                                                  .fn = do_a_bit_of_all};
    struct trio_campaign_options options = {.twins_only = true,
                                            .runs = sim_twins};
    struct trio_config config = trio_config_platform();
    struct trio_campaign *campaign = trio_campaign_new(&config);
    struct trio_campaign_result result;

    if (campaign == NULL ||
        trio_campaign_run(campaign, &scenario, &options, &result) != TRIO_OK)
        meter_give_up("twins");
    if (result.verdict == TRIO_SIM_FAILED)
        fprintf(stderr, "bench: after %llu runs: %s\n",
                (unsigned long long)result.runs, result.text);
    ret_mismatches[0] = result.verdict == TRIO_SIM_FAILED;
    ret_mismatches[1] = (double)result.twins;
    ret_mismatches[2] = (double)result.traces;
    trio_campaign_free(campaign);
}

const struct bench_row sim_twin_rows[] = {
    {
        .number = 8,
        .name = "determinism",
        .measure = {measure},
        .figures = {{"mismatches", "runs", BENCH_ABSOLUTE, 0},
                    {"twins", "runs", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"of different traces", "runs", BENCH_ABSOLUTE,
                     BENCH_NO_TARGET}},
        .once = true,
    },
    {.number = 0},
};
