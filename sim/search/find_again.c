// Shrinking only ever finds what is near. Two things are worth a look further
// away: whether the failure is possible in the order PASS, so on today's loop;
// and, if more than a few deviations are left, whether a few delays of what is
// first in line would have done, in any place. These are runs without details,
// which cost little; what they find is shrunk in its turn.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/shrinking.h"

enum { RUNS_MAX = 2000, DELAYS_FEW = 3 };

// Runs of one strategy, with what the best plan injects.
struct hunt {
    struct plan plan;
    struct strategy strategy;
    struct deviation injected[DEVIATIONS_MAX];
};

static void begin(struct hunt *hunt, const struct trials *trials,
                  struct strategy strategy)
{
    const struct shrunk *best = trials->best;
    struct plan *plan = &hunt->plan;

    hunt->strategy = strategy;
    *plan = best->plan;
    plan->strategy = &hunt->strategy;
    plan->strategy_seed = 0;
    plan->deviations = hunt->injected;
    plan->deviation_count = 0;
    for (size_t i = 0; i < best->plan.deviation_count; i++)
        if (trio_sim_injects_(best->deviations[i]))
            hunt->injected[plan->deviation_count++] = best->deviations[i];
    plan->details = plan->deviation_count > 0;
}

// Takes the next run; returns whether it failed as it should.
static bool run_next(struct hunt *hunt, struct trials *trials)
{
    struct outcome outcome;

    hunt->plan.strategy_seed++;
    trials->best->searched++;
    trio_sim_run_(trials->kernel, &hunt->plan, &outcome);
    return trio_sim_is_same_(trials, &outcome);
}

bool trio_sim_find_in_pass_(struct trials *trials)
{
    struct random_walk walk;
    struct hunt hunt;
    size_t found; // Of no interest: it was found before.

    begin(&hunt, trials, trio_sim_random_walk_(&walk));
    hunt.plan.order = TRIO_SIM_PASS;
    for (int i = 0; i < RUNS_MAX; i++)
        if (run_next(&hunt, trials))
            return trio_sim_reproduce_(trials, &hunt.plan, &found);
    return false;
}

bool trio_sim_find_smaller_(struct trials *trials)
{
    const struct plan *best = &trials->best->plan;
    struct delay_bounded delays;
    struct hunt hunt;
    size_t count;

    begin(&hunt, trials, trio_sim_delay_bounded_(&delays));
    if (best->deviation_count < hunt.plan.deviation_count + DELAYS_FEW)
        return false;
    hunt.plan.details = true;
    for (int i = 0; i < RUNS_MAX && !delays.next.over; i++) {
        bool is_same = run_next(&hunt, trials);
        trio_sim_fired_(trials->kernel, &count);
        if (is_same && count < best->deviation_count)
            return trio_sim_reproduce_(trials, &hunt.plan, &count);
        if (delays.next.bound > DELAYS_FEW)
            return false;
    }
    return false;
}
