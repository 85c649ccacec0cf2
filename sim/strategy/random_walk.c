// A random walk draws each decision apart, every candidate as likely. It
// knows nothing, so that nothing misleads it: what takes few decisions it
// finds soon, whatever they are. What needs a certain choice at each of many
// decisions it never finds.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

static void begin(void *context, struct kernel *kernel, uint64_t seed)
{
    struct random_walk *walk = context;

    (void)kernel;
    walk->state = seed;
}

static size_t pick(void *context, struct kernel *kernel,
                   struct trio_task *const *tasks, size_t count)
{
    struct random_walk *walk = context;

    (void)kernel;
    (void)tasks;
    return (size_t)trio_sim_below_(&walk->state, count);
}

struct strategy trio_sim_random_walk_(struct random_walk *walk)
{
    *walk = (struct random_walk){0};
    return (struct strategy){
        .name = "random", .begin = begin, .pick = pick, .context = walk};
}
