// A failure is only worth a token if the token alone repeats it. So shrinking
// begins by asking that: the deviations that happened, without the strategy
// that chose them, have to give a failure of the same class. From there on
// every answer is one that a plan without a strategy gave (see trial.c).
//
// A failure in the order PASS is one of today's loop, and that is worth more
// than a small one: it is looked for even if what was found is smaller.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"
#include "sim/search/shrinking.h"

// Prepares a trial of the deviations of a plan that needs no strategy.
static size_t take_deviations(struct trials *trials, const struct plan *failing)
{
    size_t count = failing->deviation_count;

    TRIO_ASSERT(count <= DEVIATIONS_MAX);
    for (size_t i = 0; i < count; i++)
        trio_sim_trial_add_(trials, failing->deviations[i]);
    return count;
}

// Prepares a trial of the deviations that happen in a run of `failing`: of the
// last ones, if they are too many, and of none if it does not fail again.
// Returns how many happened.
static size_t take_fired(struct trials *trials, const struct plan *failing)
{
    struct plan plan = *failing;
    struct outcome outcome;
    size_t count;

    plan.details = true;
    trials->best->replays++;
    trio_sim_run_(trials->kernel, &plan, &outcome);

    const struct deviation *fired = trio_sim_fired_(trials->kernel, &count);
    size_t first = count > DEVIATIONS_MAX ? count - DEVIATIONS_MAX : 0;

    for (size_t i = trio_sim_is_same_(trials, &outcome) ? first : count;
         i < count; i++)
        trio_sim_trial_add_(trials, fired[i]);
    return count;
}

bool trio_sim_reproduce_(struct trials *trials, const struct plan *failing,
                         size_t *ret_found)
{
    trials->plan = *failing;
    trials->plan.strategy = NULL;
    trials->plan.strategy_seed = 0;
    trials->plan.swarm = (struct swarm){.seed = 0};
    trials->plan.details = true;
    trials->plan.deviations = trials->candidates;
    trials->plan.deviation_count = 0;
    *ret_found = failing->strategy == NULL ? take_deviations(trials, failing)
                                           : take_fired(trials, failing);
    // Few programs look at random data, and tokens are shorter without.
    trials->plan.seed = 0;
    if (trio_sim_trial_(trials))
        return true;
    trials->plan.seed = failing->seed;
    return trio_sim_trial_(trials);
}

static void minimise(struct trials *trials)
{
    trio_sim_reduce_(trials);
    trio_sim_simplify_(trials);
    trials->best->minimal = trio_sim_reduce_fully_(trials);
}

// Tries the best plan in the order PASS.
static bool try_in_pass(struct trials *trials)
{
    const struct shrunk *best = trials->best;

    trio_sim_trial_begin_(trials);
    trials->plan.order = TRIO_SIM_PASS;
    for (size_t i = 0; i < best->plan.deviation_count; i++)
        trio_sim_trial_add_(trials, best->deviations[i]);
    return trio_sim_trial_(trials);
}

// Returns whether what was found can be brought into the order PASS.
static bool bring_to_pass(struct trials *trials)
{
    if (trials->best->plan.order == TRIO_SIM_PASS)
        return true;
    if (!try_in_pass(trials) && !trio_sim_find_in_pass_(trials))
        return false;
    minimise(trials);
    return true;
}

bool trio_sim_shrink_(struct kernel *kernel, const struct plan *failing,
                      const struct outcome *outcome, struct shrunk *ret)
{
    struct trials trials = {
        .kernel = kernel,
        .verdict = outcome->verdict,
        .failure_class = outcome->failure_class,
        .best = ret,
    };

    ret->plan = *failing;
    ret->outcome = *outcome;
    ret->replays = 0;
    ret->searched = 0;
    ret->minimal = false;
    ret->sought_in_pass = false;
    ret->possible_in_pass = failing->order == TRIO_SIM_PASS;
    if (!trio_sim_reproduce_(&trials, failing, &ret->found))
        return false;
    minimise(&trials);
    if (kernel->apart != NULL || outcome->verdict == VERDICT_CAPPED)
        return true; // Each run is too dear for a search.
    ret->sought_in_pass = true;
    ret->possible_in_pass = bring_to_pass(&trials);
    if (trio_sim_find_smaller_(&trials))
        minimise(&trials);
    return true;
}
