// What was injected is worth more to whoever reads it the less it is: a call
// that fails once is likelier than one that fails from then on, and cancelling
// the scope that the scenario named, or the innermost, says more than
// cancelling everything.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/shrinking.h"

// Tries the best plan with another deviation in one place.
static bool try_instead(struct trials *trials, size_t place,
                        struct deviation deviation)
{
    const struct shrunk *best = trials->best;

    trio_sim_trial_begin_(trials);
    for (size_t i = 0; i < best->plan.deviation_count; i++)
        trio_sim_trial_add_(trials,
                            i == place ? deviation : best->deviations[i]);
    return trio_sim_trial_(trials);
}

// Finds the scopes that could have been cancelled in the place of `deviation`,
// best first, in a run of the best plan: the last one.
static bool find_scopes(const struct trials *trials, struct deviation deviation,
                        uint32_t scopes[3])
{
    size_t count;
    const struct point *points = trio_sim_points_(trials->kernel, &count);

    for (size_t i = 0; i < count; i++) {
        if (points[i].anchor != deviation.anchor)
            continue;
        for (size_t k = 0; k < 3; k++)
            scopes[k] = points[i].scopes[k];
        return true;
    }
    return false;
}

static void simplify_cancel(struct trials *trials, size_t place)
{
    struct deviation deviation = trials->best->deviations[place];
    uint32_t present = deviation.target;
    uint32_t scopes[3];

    if (!find_scopes(trials, deviation, scopes))
        return;
    for (size_t i = 0; i < 3 && scopes[i] != present && scopes[i] != 0; i++) {
        deviation.target = scopes[i];
        if (try_instead(trials, place, deviation))
            return;
    }
}

void trio_sim_simplify_(struct trials *trials)
{
    const struct shrunk *best = trials->best;

    for (size_t i = 0; i < best->plan.deviation_count; i++) {
        struct deviation deviation = best->deviations[i];
        if (deviation.kind == DEVIATE_CANCEL)
            simplify_cancel(trials, i);
        deviation.kind = DEVIATE_FAIL;
        if (best->deviations[i].kind == DEVIATE_FAIL_ON)
            try_instead(trials, i, deviation);
    }
}
