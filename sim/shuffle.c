// A shuffle chooses only where the order is the scheduler's to choose: among
// the tasks that are left of one pass. It therefore produces every order that
// a program must be ready for, and none that it need not be.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/internal.h"

static size_t pick(void *context, struct trio_task *const *tasks, size_t count)
{
    (void)tasks;
    return (size_t)trio_sim_below_(context, count);
}

struct trio_scheduler trio_sim_shuffle_(uint64_t *state)
{
    return (struct trio_scheduler){.context = state, .pick = pick};
}
