// What the files of the shrinker share: trials of plans that might be smaller,
// and the passes that make them up.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_SEARCH_SHRINKING_H
#define TRIO_SIM_SEARCH_SHRINKING_H

#include "sim/search/search.h"

enum {
    TRIALS_MAX = 2000,      // Then what is there will do.
    TRIALS_MAX_CAPPED = 100 // If each of them is as long as can be.
};

// The smallest plan so far, and what is known not to fail as it does.
struct trials {
    struct kernel *kernel;
    enum verdict verdict;
    uint64_t failure_class;
    struct shrunk *best;
    struct plan plan; // The next trial, of `candidates`.
    struct deviation candidates[DEVIATIONS_MAX];
    size_t passed_count;
    uint64_t passed[TRIALS_MAX]; // Trials without the failure, by their hash.
};

// Whether a deviation is something that goes wrong, not an order of things.
static inline bool trio_sim_injects_(struct deviation deviation)
{
    return deviation.kind == DEVIATE_CANCEL || deviation.kind == DEVIATE_FAIL ||
           deviation.kind == DEVIATE_FAIL_ON;
}

// ---- One trial: trial.c ----

// Whether a run failed as it should.
bool trio_sim_is_same_(const struct trials *trials,
                       const struct outcome *outcome);

// Whether there were as many trials as there may be.
bool trio_sim_is_enough_(const struct trials *trials);

// Begins a trial of the best plan, with no deviation yet.
void trio_sim_trial_begin_(struct trials *trials);

// Adds a deviation to the trial.
void trio_sim_trial_add_(struct trials *trials, struct deviation deviation);

// Runs the trial, if it is a new one. If it fails as it should it becomes the
// best, with those deviations that happened; returns whether it did.
bool trio_sim_trial_(struct trials *trials);

// Tries the best plan without the deviations from number `from` up to `to`.
bool trio_sim_trial_without_(struct trials *trials, size_t from, size_t to);

// ---- Passes ----

// Makes a plan the best, as far as it needs no strategy; returns false if it
// cannot do without: shrink.c
bool trio_sim_reproduce_(struct trials *trials, const struct plan *failing,
                         size_t *ret_found);

// Leaves out as many deviations as is quickly done: reduce.c
void trio_sim_reduce_(struct trials *trials);

// Leaves out one by one what can be, until nothing can: then returns true.
bool trio_sim_reduce_fully_(struct trials *trials);

// Replaces what was injected by less.
void trio_sim_simplify_(struct trials *trials); // simplify.c

// ---- The same failure in other runs: find_again.c ----

// Looks for it in the order PASS.
bool trio_sim_find_in_pass_(struct trials *trials);

// Looks for it in runs with fewer deviations than the best plan has, if these
// are many.
bool trio_sim_find_smaller_(struct trials *trials);

#endif // TRIO_SIM_SEARCH_SHRINKING_H
