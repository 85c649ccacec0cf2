// What a run tells of itself, and what belongs to a run rather than to a task.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/random.h>
#include <trio/thread.h>

#include "core/clock.h"
#include "core/entry.h"
#include "core/run.h"
#include "core/task.h"
#include "core/timer.h"

bool trio_in_run(void)
{
    return trio_current_run_ != NULL;
}

static size_t length_of(const struct trio_task *task)
{
    size_t length = 0;

    for (; task != NULL; task = task->next)
        length++;
    return length;
}

struct trio_run_statistics trio_run_statistics(void)
{
    struct trio_run *run = trio_run_current_();
    const struct trio_world *world = &run->config.world;
    const struct trio_timer *timer = trio_timer_first_(run);
    trio_duration next = TRIO_FOREVER;

    if (timer != NULL)
        next = timer->deadline > trio_clock_read_(run)
                   ? timer->deadline - run->now
                   : 0;
    return (struct trio_run_statistics){
        .tasks_living = run->tasks_living,
        .tasks_runnable =
            length_of(run->batch) + run->unchosen + length_of(run->ready.first),
        .next_deadline_after = next,
        .entries_queued = trio_entries_count_(run),
        .world = world->io->name,
        .world_waiters = world->io->waiters(world->context),
        .passes = run->passes,
        .steps = run->steps};
}

trio_time trio_run_next_deadline(trio_time time)
{
    struct trio_run *run = trio_run_current_();

    return trio_timers_exist_(run) ? trio_timer_next_(run, time) : TRIO_FOREVER;
}

bool trio_run_is_idle(void)
{
    struct trio_run *run = trio_run_current_();

    if (run->batch != NULL || run->unchosen > 0 || run->ready.first != NULL ||
        trio_entries_waiting_(run))
        return false;
    const struct trio_timer *timer = trio_timer_first_(run);
    return timer == NULL || timer->deadline > trio_clock_read_(run);
}

bool trio_run_is_settling(void)
{
    return trio_run_current_()->settling != NULL;
}

trio_status trio_system_task_start(const struct trio_task_options *options,
                                   trio_task_fn fn, void *arg)
{
    TRIO_REQUIRE(fn);
    return trio_nursery_start_soon_with(&trio_run_current_()->system, options,
                                        fn, arg);
}

struct trio_capacity_limiter *trio_thread_limiter(void)
{
    return &trio_run_current_()->threads;
}

struct trio_names *trio_run_names(void)
{
    return &trio_run_current_()->names;
}

const struct trio_memory *trio_run_memory(void)
{
    return &trio_run_current_()->config.memory;
}

uint64_t trio_random_u64(void)
{
    const struct trio_random *random = &trio_run_current_()->config.random;
    return random->next(random->context);
}

uint64_t trio_random_below(uint64_t bound)
{
    if (bound == 0)
        return 0;
    // The numbers from 2^64 mod bound on are a whole multiple of bound many.
    uint64_t random;
    do
        random = trio_random_u64();
    while (random < bound && random < -bound % bound);
    return random % bound;
}
