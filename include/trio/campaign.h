// Campaigns: a scenario under many schedules, with a token for each failure.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CAMPAIGN_H
#define TRIO_CAMPAIGN_H

#include <trio/base.h>
#include <trio/clock.h>
#include <trio/run.h>
#include <trio/scenario.h>

// A `trio_campaign` runs scenarios in one thread and keeps what can be used
// again between runs. Opaque; made by trio_campaign_new.
struct trio_campaign;

struct trio_campaign_result;

enum trio_verdict {
    TRIO_SIM_PASSED,
    TRIO_SIM_FAILED,
    TRIO_SIM_CANCELLED, // an injection ended the run, as it should
    TRIO_SIM_CAPPED     // too long to say
};

enum {
    TRIO_SIM_TOKEN_MAX = 4096, // Bytes of a token, with the final zero.
    TRIO_SIM_TEXT_MAX = 256,
    TRIO_SIM_STRATEGIES_MAX = 12,
    TRIO_SIM_SOMETIMES_MAX = 64,
    TRIO_SIM_FAULTS_MAX = 24
};

// What a campaign is to do. Zero is the default: the portfolio, with sweeps.
struct trio_campaign_options {
    const char *strategy;      // "fifo", "random", "pct", "pct:3", "pos",
                               // "delay", "script", without sweeps; NULL: the
                               // portfolio of all.
    const char *script;        // For strategy "script": see struct
                               // trio_scenario's witness; NULL: that.
    uint64_t runs;             // At most, besides the sweeps; 0: 10,000, of
                               // "fifo" 1.
    uint64_t work;             // No more once they have taken so much: steps,
                               // and 8 for each task; 0: without `runs`
                               // 4,000,000, else any.
    uint64_t sweep_runs;       // At most, of each sweep; 0: 4,096.
    uint64_t sweep_work;       // The same for each sweep; 0: 1,000,000.
    uint64_t seed;             // Other seeds, other schedules.
    const enum trio_sim_order *order; // Other than the scenario's; NULL: that.
    bool no_cancel_sweep;
    bool no_time_sweep;
    bool no_failure_sweep;
    bool no_malloc_failures;   // Malloc and the like never fail.
    bool all_faults;           // Random runs draw faults of all kinds, not only
                               // those that the scenario asks for.
    bool no_faults;            // None are drawn.
    bool no_twins;             // Nothing is run twice to compare.
    bool twins_only;           // All is run twice to compare, and may fail.
    bool no_shrink;            // The first failing schedule will do.
    bool no_sometimes;         // What never held is no failure: for one of
                               // several campaigns that are judged together.
    bool sweeps_only;

    // Called now and then, NULL: never. False ends the campaign.
    bool (*progress)(void *context, const struct trio_campaign_result *so_far);
    void *progress_context;
};

// Schedules run by one strategy, and how many of them failed first.
struct trio_strategy_count {
    const char *name;
    uint64_t runs;
    uint64_t failures;
};

// A property that must hold in some run, and whether it did.
struct trio_sometimes {
    const char *name;
    bool held;
};

// Faults of one kind that random runs have drawn.
struct trio_fault_count {
    const char *name; // "accept"; NULL: there are no more kinds.
    uint64_t tried;
};

// What came of it, so far or in all.
struct trio_campaign_result {
    enum trio_verdict verdict; // FAILED if anything failed; CAPPED if runs
                               // were capped and none failed; else PASSED.
    uint64_t runs;             // All, sweeps and twins included.
    uint64_t steps;
    uint64_t traces;           // Different ones, by their hash; from 49,152
                               // on: at least.
    uint64_t schedules;        // That there are, if all were seen: of a program
                               // without random data, by "delay"; else 0.
    uint64_t capped;
    uint64_t cancel_points;    // Keys that were found, times moments.
    uint64_t cancel_points_tried;
    uint64_t cancel_runs;
    bool cancel_cut;           // There was more to be done.
    uint64_t timers;           // That expire at some time, by when.
    uint64_t timers_tried;     // That have expired early.
    uint64_t moments;          // At which one can: kinds of them.
    uint64_t moments_tried;
    uint64_t time_runs;
    bool time_cut;
    uint64_t calls;            // To seams that can fail.
    uint64_t failure_runs;
    bool failure_cut;
    uint64_t twins;
    uint64_t sometimes;        // Properties that must hold in some run,
    uint64_t sometimes_held;   // and of them those that did. More than
                               // TRIO_SIM_SOMETIMES_MAX are not kept.
    uint64_t found_after;      // Runs until the first failure, itself included.
    const char *found_by;      // "pos", "cancel sweep", ...; NULL: no failure.
    uint64_t replays;          // To shrink it.
    size_t deviations;         // Left of it.
    size_t deviations_found;   // Before shrinking.
    bool minimal;              // No deviation can be left out: each was tried.
    bool sought_in_pass;       // It was looked for in the order PASS,
    bool possible_in_pass;     // and found again; or found there at once.
    char text[TRIO_SIM_TEXT_MAX];   // What failed.
    char token[TRIO_SIM_TOKEN_MAX]; // Replays it.
    struct trio_strategy_count strategies[TRIO_SIM_STRATEGIES_MAX];
    struct trio_sometimes properties[TRIO_SIM_SOMETIMES_MAX]; // `sometimes`.
    struct trio_fault_count faults[TRIO_SIM_FAULTS_MAX]; // In no order.
};

TRIO_BEGIN_DECLS

// Makes a campaign, with the memory and the reports of `base`, a platform's
// configuration. Returns NULL if there is no memory.
//
//     struct trio_config base = trio_config_platform();
//     struct trio_campaign *campaign = trio_campaign_new(&base);
//     struct trio_campaign_options options = {.runs = 1000};
//     struct trio_campaign_result result;
//
//     if (campaign == NULL)
//         return TRIO_ENOMEM;
//     rc = trio_campaign_run(campaign, trio_scenario_first(), &options,
//                            &result);
//     if (rc == TRIO_OK && result.verdict == TRIO_SIM_FAILED)
//         printf("%s: %s\n", result.text, result.token);
//     trio_campaign_free(campaign);
//
// Checkpoint: never; not in a run.
struct trio_campaign *trio_campaign_new(const struct trio_config *base);

// Gives everything back.
//
// Checkpoint: never; not in a run.
void trio_campaign_free(struct trio_campaign *campaign);

// Runs a scenario until something fails or all that `options` asks for is done.
// NULL: the defaults.
//
// Checkpoint: never; not in a run.
// Returns: TRIO_OK   `ret_result` is set, whatever came of it.
//          TRIO_EINVAL  there is no such strategy.
TRIO_MUST_USE trio_status
trio_campaign_run(struct trio_campaign *campaign,
                  const struct trio_scenario *scenario,
                  const struct trio_campaign_options *options,
                  struct trio_campaign_result *ret_result);

// Runs the schedule of a token once.
//
//     struct trio_campaign_result again;
//
//     rc = trio_campaign_replay(campaign, scenario, result.token, &again);
//
// Checkpoint: never; not in a run.
// Returns: TRIO_OK      `ret_result` is set.
//          TRIO_EINVAL  this is no token, or not of this scenario.
//          TRIO_ESTALE  it does not fit the program any more: `ret_result` has
//                       what happened, and its text says which deviation was
//                       the first that did not fit.
TRIO_MUST_USE trio_status
trio_campaign_replay(struct trio_campaign *campaign,
                     const struct trio_scenario *scenario, const char *token,
                     struct trio_campaign_result *ret_result);

// Ends the simulated run that is under way as failed: for the checks of test
// frameworks. After something was injected, it ends the run as cancelled if
// `excused`: when what failed is that a status was the injected one. Returns
// only if no simulated run is under way in this thread.
//
//     if (pool->taken > pool->size) { // a check of a test framework
//         trio_sim_fail("too many are taken", false);
//         abort(); // It was no simulated run.
//     }
//
// Checkpoint: never.
void trio_sim_fail(const char *text, bool excused);

// Says whether a simulated run is under way in which something was injected: a
// cancellation, a failure.
//
//     if (rc != TRIO_OK && trio_sim_is_injected())
//         return rc; // No wonder.
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_sim_is_injected(void);

// Returns the clock of the simulated run that is under way, NULL if none is.
//
//     if (trio_sim_clock() != NULL)
//         trio_mock_clock_jump(trio_sim_clock(), TRIO_SECOND);
//
// Checkpoint: never.
TRIO_MUST_USE struct trio_mock_clock *trio_sim_clock(void);

// Says whether the simulated run that is under way takes the first in line at
// every turn, as production does: only then may a test look at the order inside
// a pass. Without such a run: true.
//
//     if (trio_sim_is_fifo() && count != 1)
//         return QUOTA_EXCEEDED; // Elsewhere the other may have come first.
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_sim_is_fifo(void);

TRIO_END_DECLS

#endif // TRIO_CAMPAIGN_H
