// A random walk draws each decision apart, every candidate as likely. It
// knows nothing, so that nothing misleads it: what takes few decisions it
// finds soon, whatever they are. What needs a certain choice at each of many
// decisions it never finds.
//
// How likely events are beside tasks is drawn once for a run. If time always
// flew, no program would ever get far between two of its deadlines; if it never
// did, none would ever be late.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

// One event for 1, 4, 16 tasks, or none.
enum { PACE_STEP = 2, PACES = 4 };

static void begin(void *context, struct kernel *kernel, uint64_t seed)
{
    struct random_walk *walk = context;
    uint64_t pace_state = seed ^ UINT64_C(0x3c6ef372fe94f82b);

    (void)kernel;
    walk->state = seed;
    walk->pace = PACE_STEP * (uint32_t)trio_sim_below_(&pace_state, PACES);
}

static size_t pick(void *context, struct kernel *kernel,
                   const struct candidates *candidates)
{
    struct random_walk *walk = context;
    size_t events = candidates->event_count;
    size_t others = candidates->count - events;

    (void)kernel;
    if (events == 0 || others == 0)
        return (size_t)trio_sim_below_(&walk->state, candidates->count);
    if (walk->pace == PACE_STEP * (PACES - 1))
        events = 0;
    size_t weight = others << walk->pace;
    size_t drawn = (size_t)trio_sim_below_(&walk->state, weight + events);
    return drawn < weight ? drawn >> walk->pace : others + (drawn - weight);
}

struct strategy trio_sim_random_walk_(struct random_walk *walk)
{
    *walk = (struct random_walk){0};
    return (struct strategy){
        .name = "random", .begin = begin, .pick = pick, .context = walk};
}
