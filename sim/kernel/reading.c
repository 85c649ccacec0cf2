// The clock, as the run reads it. In a step it stands still, but a machine's
// does not: at each reading of a step but the first, time may have passed. What
// would pass before the first one can pass before the step as well.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

trio_time trio_sim_now_(const struct kernel *kernel)
{
    return kernel->virtual.now(kernel->virtual.context);
}

static void read_again(struct kernel *kernel)
{
    struct trio_task *task = trio_task_current();

    kernel->stretching = false;
    trio_sim_decide_reading_(
        kernel, (struct place){.tasks = &task, .count = 1, .reading = true});
}

static void note_reading(struct kernel *kernel)
{
    trio_sim_actor_number_(kernel, kernel->running)->readings++;
    if (kernel->has_read)
        read_again(kernel);
    kernel->has_read = true;
}

// Also if it is a thread's function that the task has been lent to.
static bool is_on_a_task(void)
{
    return trio_task_realm() != NULL;
}

static trio_time read_clock(void *context)
{
    struct kernel *kernel = trio_sim_kernel_;

    (void)context;
    if (UNLIKELY(kernel->hurried) && kernel->running != 0 && is_on_a_task())
        note_reading(kernel);
    return trio_sim_now_(kernel);
}

struct trio_clock trio_sim_clock_of_(struct kernel *kernel)
{
    struct trio_clock clock = kernel->virtual;

    clock.now = read_clock;
    clock.jump_threshold = 0;
    return clock;
}
