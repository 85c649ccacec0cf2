// All schedules, those that differ least from production first. A delay passes
// over the first in line, at one decision; several at the same decision pass
// over as many. The runs of a bound have that many delays, at positions that
// never decrease, and go through these positions in lexicographic order. So
// every schedule gets its turn, and the first that fails is a smallest one.
//
// The positions that exist depend on the run: a delay that finds nobody left to
// pass over moves on to the next decision, which is the next sequence in order
// that can be. One that does not find any by the end of the run says that the
// delays before it have had all continuations; that run was one of a smaller
// bound, and the price for not remembering how long each of those was. A bound
// in which no run has room for all delays is the last one: then every schedule
// has been seen.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

static void begin(void *context, struct kernel *kernel, uint64_t seed)
{
    struct delay_bounded *delays = context;

    (void)kernel;
    if (seed != delays->seed)
        delays->now = delays->next;
    delays->seed = seed;
    delays->decision = 0;
    delays->passed = 0;
}

// Returns how many of `count` are passed over at the next decision.
static size_t pass_over(struct delay_bounded *delays, size_t count)
{
    struct delays *now = &delays->now;
    uint64_t decision = delays->decision++;
    size_t passed = 0;

    while (delays->passed < now->bound && passed + 1 < count &&
           now->at[delays->passed] <= decision) {
        now->at[delays->passed++] = decision; // Where it has moved to.
        passed++;
    }
    return passed;
}

// Whether an event comes before a task is a decision of its own, so that each
// takes one delay, however long the line.
static size_t pick(void *context, struct kernel *kernel,
                   const struct candidates *candidates)
{
    struct delay_bounded *delays = context;
    size_t others = candidates->count - candidates->event_count;

    (void)kernel;
    if (others == 0)
        return pass_over(delays, candidates->count);
    for (size_t i = others; i < candidates->count; i++)
        if (pass_over(delays, 2) > 0)
            return i;
    return others > 1 ? pass_over(delays, others) : 0;
}

static void next_bound(struct delays *next)
{
    bool over = !next->room || next->bound == DELAYS_MAX;

    *next = (struct delays){.bound = over ? 0 : next->bound + 1,
                            .over = over,
                            .all = !next->room,
                            .schedules = next->schedules};
}

// What follows in lexicographic order after the first `count` positions, all of
// which have had what could follow them.
static void next_positions(struct delays *next, uint32_t count)
{
    uint64_t at = next->at[count - 1] + 1;

    for (uint32_t i = count - 1; i < next->bound; i++)
        next->at[i] = at;
}

static bool end(void *context, struct kernel *kernel)
{
    struct delay_bounded *delays = context;
    struct delays next = delays->now;

    (void)kernel;
    if (next.over)
        return false;
    if (delays->passed == next.bound) {
        next.room = true;
        next.schedules++;
    }
    if (delays->passed == 0)
        next_bound(&next);
    else
        next_positions(&next, delays->passed);
    delays->next = next;
    return !next.over;
}

struct strategy trio_sim_delay_bounded_(struct delay_bounded *delays)
{
    *delays = (struct delay_bounded){0};
    return (struct strategy){.name = "delay",
                             .begin = begin,
                             .pick = pick,
                             .end = end,
                             .context = delays};
}
