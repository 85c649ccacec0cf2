// What the files share that look for failures: sweeps, shrinking, tokens.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_SEARCH_SEARCH_H
#define TRIO_SIM_SEARCH_SEARCH_H

#include <trio/campaign.h>

#include "sim/kernel/kernel.h"

// ---- Tokens ----

// Writes the token of a run without strategy; returns its length, 0 if there is
// no room.
size_t trio_sim_token_write_(const struct plan *plan, char *buffer,
                             size_t size);

// Reads one into a plan of `plan->scenario`: order, seed, deviations, which it
// puts into `deviations`. False: it is none, or not of this scenario.
bool trio_sim_token_read_(const char *token, struct plan *plan,
                          struct deviation *deviations, size_t max);

// ---- Shrinking ----

enum { DEVIATIONS_MAX = 1024 };

struct shrunk {
    struct deviation deviations[DEVIATIONS_MAX];
    struct plan plan; // Details; no strategy; points to those.
    struct outcome outcome;
    uint64_t replays;
    size_t found;          // Deviations before.
    bool possible_in_pass; // Found again in the order PASS: so is `plan`, then.
};

// Shrinks a plan that fails with the class of `outcome`, with or without a
// strategy, until no deviation can be left out. False: it did not fail again.
bool trio_sim_shrink_(struct kernel *kernel, const struct plan *failing,
                      const struct outcome *outcome, struct shrunk *ret);

// ---- Searching: campaign.c ----

struct search {
    struct kernel *kernel;
    const struct trio_scenario *scenario;
    struct trio_campaign_options options;
    struct trio_campaign_result *result;
    enum trio_sim_order order;
    struct plan failing; // The first that failed, with deviations of its own.
    struct deviation failing_deviations[DEVIATIONS_MAX];
    struct outcome outcome; // Of that.
    bool over;              // Something failed, or progress says so.
};

// Runs a plan of the search's scenario and counts it as `by`'s. Returns false if
// the search is over: then leave.
bool trio_sim_try_(struct search *search, const struct plan *plan,
                   const char *by, struct outcome *ret_outcome);

// ---- Phases of a search: each returns false if the search is over ----

bool trio_sim_sweep_cancels_(struct search *search);  // cancel_sweep.c
bool trio_sim_sweep_failures_(struct search *search); // failure_sweep.c

// ---- Determinism: twin.c ----

// Runs a plan that has had `outcome` again, with what must make no difference
// different. If it does make one, the search is over: a failure of the class
// FAILURE_REAL whose text says where they part and what makes the difference.
bool trio_sim_twin_(struct search *search, const struct plan *plan,
                    const struct outcome *outcome);

#endif // TRIO_SIM_SEARCH_SEARCH_H
