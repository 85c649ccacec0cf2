// First in, first out, except that those who are woken by time that has passed
// early come before all others, once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

static void begin(void *context, struct kernel *kernel, uint64_t seed)
{
    struct woken_first *woken = context;

    (void)kernel;
    (void)seed;
    *woken = (struct woken_first){.came = false};
}

// Whom the loop wakes is at the end of the line.
static size_t find_woken(struct kernel *kernel,
                         const struct candidates *candidates)
{
    size_t i = candidates->task_count;

    while (i > 0 && trio_sim_candidate_(kernel, candidates, i - 1)->woken)
        i--;
    return i;
}

static size_t pick(void *context, struct kernel *kernel,
                   const struct candidates *candidates)
{
    struct woken_first *woken = context;

    if (candidates->loop > 0 || woken->over)
        return 0;
    size_t first = find_woken(kernel, candidates);
    if (first == candidates->task_count) {
        woken->over = woken->came;
        return 0;
    }
    woken->came = true;
    return first;
}

struct strategy trio_sim_woken_first_(struct woken_first *woken)
{
    *woken = (struct woken_first){.came = false};
    return (struct strategy){.name = "woken first",
                             .begin = begin,
                             .pick = pick,
                             .context = woken};
}
