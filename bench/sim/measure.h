// Measuring a campaign, and the programs that the rows run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_SIM_MEASURE_H
#define BENCH_SIM_MEASURE_H

#include <trio/campaign.h>

// What a campaign did in how much processor time.
struct sim_pace {
    struct trio_campaign_result result;
    double ns;
};

// Runs a scenario `runs` times under one strategy, with trace and hash, as any
// campaign does; before that, a tenth as often unseen. Gives the measurement up
// if a run fails.
struct sim_pace sim_measure(const struct trio_scenario *scenario,
                            const char *strategy, uint64_t runs);

// Tasks that do nothing but let each other run.
struct sim_yielders {
    long tasks;
    long turns; // Checkpoints of each.
};
TRIO_CHECKPOINT trio_status sim_yield(void *arg);

// Tasks that take a permit in turns, of which there is one for two of them.
TRIO_CHECKPOINT trio_status sim_share(void *arg);

// Tasks that sleep, a second at a time.
struct sim_sleepers {
    long tasks;
    long seconds;
};
TRIO_CHECKPOINT trio_status sim_sleep(void *arg);

// Clients of one server, which is on a host of its own, with one connection
// each.
struct sim_visits {
    long hosts; // 1: all clients are on one; else each is on its own.
    long clients;
    long requests;       // Of each, of 8 bytes, which come back.
    trio_duration pause; // After each.
};
TRIO_CHECKPOINT trio_status sim_visit(void *arg);

#endif // BENCH_SIM_MEASURE_H
