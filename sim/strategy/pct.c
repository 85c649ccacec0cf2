// Probabilistic concurrency testing. Tasks have priorities, and the highest
// goes first, except that at a few decisions whoever would be next falls below
// all that have not fallen. A bug that needs d things in a certain order, its
// depth, is found with probability 1 / (n k^(d-1)), for n tasks and k decisions
// a run, however long the way to it: only d - 1 decisions must be right.
//
// For that to hold, the decisions are drawn one apart from the other, each with
// the place below that it leads to; so later falls may also be to higher places
// than earlier ones. Their range is how long runs have been so far. Decisions
// with one candidate are none, which makes k smaller and loses nothing: a fall
// there would have shown at the next decision at the earliest.
//
// Priorities are not fair. A task that polls for another one's work keeps it
// from working if its own is higher, for ever. So a run that is much longer
// than expected goes on as a random walk.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

enum { PLACE_BITS = 4, EXPECTED_FIRST = 32, PATIENCE_LEAST = 100 };

_Static_assert(DEPTH_MAX - 1 <= 1 << PLACE_BITS, "each fall has its place");

// Above all places to fall to.
static const uint64_t standing = UINT64_C(1) << 63;

// What the last run says about the next. A run may be short because it failed:
// what is expected decays. It may be long only because somebody polled: then it
// grows by no more than it decays.
static void learn(struct pct *pct)
{
    if (pct->decision == 0)
        return;
    uint64_t step = pct->expected / 8 + 1;
    if (pct->expected == 0)
        pct->expected = pct->decision;
    else if (pct->decision > pct->patience)
        pct->expected += step;
    else if (pct->decision >= pct->expected - step)
        pct->expected = pct->decision;
    else
        pct->expected -= step;
}

// Draws when to fall, and sorts by it.
static void draw_changes(struct pct *pct, uint64_t range)
{
    uint64_t depth = pct->fixed_depth;

    if (depth == 0)
        depth = 1 + trio_sim_below_(&pct->state, DEPTH_MAX);
    pct->change_count = (uint32_t)depth - 1;
    for (uint32_t place = 0; place < pct->change_count; place++) {
        uint64_t at = trio_sim_below_(&pct->state, range);
        uint64_t change = at << PLACE_BITS | place;
        uint32_t i = place;
        for (; i > 0 && pct->changes[i - 1] < change; i--)
            pct->changes[i] = pct->changes[i - 1];
        pct->changes[i] = change;
    }
}

static void begin(void *context, struct kernel *kernel, uint64_t seed)
{
    struct pct *pct = context;

    (void)kernel;
    if (seed != pct->seed)
        learn(pct);
    uint64_t range = pct->expected > 0 ? pct->expected : EXPECTED_FIRST;
    pct->seed = seed;
    pct->state = seed;
    pct->decision = 0;
    pct->patience = 4 * range + PATIENCE_LEAST;
    draw_changes(pct, range);
}

static void started(void *context, struct kernel *kernel, struct actor *actor)
{
    struct pct *pct = context;

    (void)kernel;
    actor->priority = trio_sim_next_(&pct->state) | standing;
}

static size_t pick(void *context, struct kernel *kernel,
                   const struct candidates *candidates)
{
    struct pct *pct = context;
    uint64_t decision = pct->decision++;

    if (decision >= pct->patience)
        return (size_t)trio_sim_below_(&pct->state, candidates->count);
    size_t chosen = trio_sim_first_by_priority_(kernel, candidates);
    while (pct->change_count > 0) {
        uint64_t change = pct->changes[pct->change_count - 1];
        if (change >> PLACE_BITS > decision)
            break;
        pct->change_count--;
        struct actor *actor = trio_sim_candidate_(kernel, candidates, chosen);
        actor->priority = change & ((1 << PLACE_BITS) - 1);
        trio_sim_rank_(kernel, actor);
        chosen = trio_sim_first_by_priority_(kernel, candidates);
    }
    return chosen;
}

struct strategy trio_sim_pct_(struct pct *pct, uint32_t fixed_depth)
{
    TRIO_ASSERT(fixed_depth <= DEPTH_MAX);
    *pct = (struct pct){.fixed_depth = fixed_depth};
    return (struct strategy){.name = "pct",
                             .begin = begin,
                             .pick = pick,
                             .ranks = true,
                             .started = started,
                             .context = pct};
}
