// The best plan has always been run, as it is, without a strategy, and failed
// as the first one did; and its deviations all happened in that run. So
// whenever shrinking stops, what it has is true, and only ever becomes smaller.
//
// A plan determines its run, so none is run twice: that makes it cheap to ask
// at the end for each deviation whether it is needed, although most of these
// questions came up on the way.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/shrinking.h"

#include <string.h>

static uint64_t mix(uint64_t hash, uint64_t number)
{
    uint64_t state = hash ^ number;

    return trio_sim_next_(&state);
}

static uint64_t hash_of(const struct plan *plan)
{
    uint64_t hash = mix(plan->seed, plan->order);

    for (size_t i = 0; i < plan->deviation_count; i++) {
        const struct deviation *deviation = &plan->deviations[i];
        hash = mix(hash, (uint64_t)deviation->kind << 32 | deviation->anchor);
        hash = mix(hash, deviation->target);
    }
    return hash;
}

static bool has_passed(const struct trials *trials, uint64_t hash)
{
    for (size_t i = 0; i < trials->passed_count; i++)
        if (trials->passed[i] == hash)
            return true;
    return false;
}

// Makes the trial that has just been run the best.
static void keep(struct trials *trials, const struct outcome *outcome)
{
    struct shrunk *best = trials->best;
    size_t count;
    const struct deviation *fired = trio_sim_fired_(trials->kernel, &count);

    TRIO_ASSERT(count <= trials->plan.deviation_count);
    if (count > 0)
        memcpy(best->deviations, fired, count * sizeof(*fired));
    best->plan = trials->plan;
    best->plan.deviations = best->deviations;
    best->plan.deviation_count = count;
    best->outcome = *outcome;
}

void trio_sim_trial_begin_(struct trials *trials)
{
    trials->plan = trials->best->plan;
    trials->plan.deviations = trials->candidates;
    trials->plan.deviation_count = 0;
}

void trio_sim_trial_add_(struct trials *trials, struct deviation deviation)
{
    TRIO_ASSERT(trials->plan.deviation_count < DEVIATIONS_MAX);
    trials->candidates[trials->plan.deviation_count++] = deviation;
}

bool trio_sim_is_same_(const struct trials *trials,
                       const struct outcome *outcome)
{
    return outcome->verdict == trials->verdict &&
           outcome->failure_class == trials->failure_class;
}

bool trio_sim_is_enough_(const struct trials *trials)
{
    return trials->best->replays >=
           (trials->verdict == VERDICT_CAPPED ? TRIALS_MAX_CAPPED : TRIALS_MAX);
}

bool trio_sim_trial_(struct trials *trials)
{
    struct outcome outcome;
    uint64_t hash = hash_of(&trials->plan);

    if (trio_sim_is_enough_(trials) || has_passed(trials, hash))
        return false;
    trials->best->replays++;
    trio_sim_run_(trials->kernel, &trials->plan, &outcome);
    if (trio_sim_is_same_(trials, &outcome)) {
        keep(trials, &outcome);
        return true;
    }
    trials->passed[trials->passed_count++] = hash;
    return false;
}

bool trio_sim_trial_without_(struct trials *trials, size_t from, size_t to)
{
    const struct shrunk *best = trials->best;

    trio_sim_trial_begin_(trials);
    for (size_t i = 0; i < best->plan.deviation_count; i++)
        if (i < from || i >= to)
            trio_sim_trial_add_(trials, best->deviations[i]);
    return trio_sim_trial_(trials);
}
