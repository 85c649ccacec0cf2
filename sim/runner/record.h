// What came of a scenario.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_RECORD_H
#define TRIO_SIM_RUNNER_RECORD_H

#include <trio/campaign.h>
#include <trio/time.h>

#include "sim/runner/options.h"

// A `record` is what the runner says of a scenario. It goes through a pipe from
// one process to another with the same program in it, as it is.
struct record {
    const struct trio_scenario *scenario;
    struct trio_campaign_result result; // Of all its campaigns.
    uint64_t seed;  // Of the campaign that failed, or else the first.
    uint64_t round; // Which campaign in its order that was,
    uint64_t runs;  // of at most so many schedules; 0: as it does by itself,
    uint64_t work;  // and of so much work; 0: any,
    uint64_t sweep_work;              // so much in each sweep.
    const enum trio_sim_order *order; // Of that, NULL: the scenario's.
    bool extra;                       // Nobody has asked for that order.
    uint64_t replayed;                // Tokens of the corpus,
    uint64_t stale;                   // of which so many do not fit any more.
    trio_duration time;               // It took, in real time.
    bool died;                        // The process did, in the middle of it,
    uint64_t endless; // in the step of this number, that never ends; 0: none.
    bool stopped;     // Before its end, by somebody.
};

// Who is told how it goes.
struct listener {
    // Called often, with what the scenario under way came to so far.
    void (*progress)(void *context, const struct record *so_far);

    // A scenario is over.
    void (*finish)(void *context, const struct record *record);

    // A line, without its newline, that is no failure.
    void (*warn)(void *context, const char *line);

    void *context;
};

// Adds what another campaign on the same scenario came to: numbers are summed,
// and the first failure stays. Of what only one can have seen, like traces, the
// sum is an upper bound.
void trio_runner_record_add_(struct record *record,
                             const struct trio_campaign_result *result);

// Adds what another process has done on the same scenario.
void trio_runner_record_merge_(struct record *sum, const struct record *record);

// Returns how many faults random runs have drawn, of all kinds.
uint64_t trio_runner_faults_tried_(const struct trio_campaign_result *result);

// Fails it if something never held that should sometimes, in none of all its
// campaigns; call it when those are over.
void trio_runner_record_judge_(struct record *record,
                               const struct options *options);

// Whether that is the end of the search.
static inline bool trio_runner_record_failed_(const struct record *record)
{
    return record->result.verdict == TRIO_SIM_FAILED;
}

// Whether it has failed, but only in an order that nobody has asked for, and
// not in one that today's loop is known to have.
static inline bool trio_runner_record_is_unfair_(const struct record *record)
{
    return trio_runner_record_failed_(record) && record->extra &&
           record->result.token[0] != '\0' && !record->result.possible_in_pass;
}

#endif // TRIO_SIM_RUNNER_RECORD_H
