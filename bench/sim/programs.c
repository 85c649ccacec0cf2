// SPDX-License-Identifier: MIT OR Apache-2.0
// Each program is a nursery full of equal tasks. Its own task takes two steps:
// one until it waits for them, one after that.

#include <trio/trio.h>

#include "bench/sim/measure.h"

static TRIO_CHECKPOINT trio_status run_all(long tasks, trio_task_fn fn,
                                           void *arg)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (long i = 0; i < tasks && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, fn, arg);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status yield_turns(void *arg)
{
    const long *turns = arg;
    trio_status rc = TRIO_OK;

    for (long i = *turns; i > 0 && rc == TRIO_OK; i--)
        rc = trio_checkpoint();
    return rc;
}

trio_status sim_yield(void *arg)
{
    struct sim_yielders *yielders = arg;

    return run_all(yielders->tasks, yield_turns, &yielders->turns);
}

struct shared {
    struct trio_semaphore permits;
    long turns;
};

static TRIO_CHECKPOINT trio_status share_turns(void *arg)
{
    struct shared *shared = arg;
    trio_status rc = TRIO_OK;

    for (long i = shared->turns; i > 0 && rc == TRIO_OK; i--) {
        rc = trio_semaphore_acquire(&shared->permits);
        if (rc != TRIO_OK)
            break;
        rc = trio_checkpoint();
        trio_semaphore_release(&shared->permits);
    }
    return rc;
}

trio_status sim_share(void *arg)
{
    struct sim_yielders *yielders = arg;
    size_t permits = (size_t)yielders->tasks / 2;
    struct shared shared = {TRIO_SEMAPHORE_INIT(permits), yielders->turns};

    return run_all(yielders->tasks, share_turns, &shared);
}

static TRIO_CHECKPOINT trio_status sleep_seconds(void *arg)
{
    const long *seconds = arg;
    trio_status rc = TRIO_OK;

    for (long i = *seconds; i > 0 && rc == TRIO_OK; i--)
        rc = trio_sleep(TRIO_SECOND);
    return rc;
}

trio_status sim_sleep(void *arg)
{
    struct sim_sleepers *sleepers = arg;

    return run_all(sleepers->tasks, sleep_seconds, &sleepers->seconds);
}
