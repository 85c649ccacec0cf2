// What the files of the shrinker share: trials of plans that might be smaller,
// and the passes that make them up.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_SEARCH_SHRINKING_H
#define TRIO_SIM_SEARCH_SHRINKING_H

#include "sim/search/search.h"

enum { TRIALS_MAX = 2000 }; // Then what is there will do.

// The smallest plan so far, and what is known not to fail as it does.
struct trials {
    struct kernel *kernel;
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

// Leaves out as many deviations as is quickly done: reduce.c
void trio_sim_reduce_(struct trials *trials);

// Leaves out one by one what can be, until nothing can: then returns true.
bool trio_sim_reduce_fully_(struct trials *trials);

// Replaces what was injected by less.
void trio_sim_simplify_(struct trials *trials); // simplify.c

#endif // TRIO_SIM_SEARCH_SHRINKING_H
