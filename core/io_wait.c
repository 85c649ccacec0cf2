// Waiting for a handle: a park that the world ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The waiter is the world's from arm until it is made ready or disarmed, one of
// which happens exactly once.

#include <trio/io.h>

#include "core/park.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"

static const struct trio_wait waits[] = {
    [TRIO_READABLE] = {"read from", TRIO_ACCESS_READ, NULL},
    [TRIO_WRITABLE] = {"write to", TRIO_ACCESS_WRITE, NULL}};

const struct trio_world *trio_run_world(void)
{
    return &trio_run_current_()->config.world;
}

void trio_io_ready(struct trio_io_waiter *waiter, trio_status result)
{
    waiter->ready = true;
    waiter->result = result;
    // In a select its task may have been woken by another one.
    if (waiter->task != NULL && trio_is_parked_(waiter->task))
        trio_task_ready_(trio_run_current_(), waiter->task, result);
}

static bool stop_waiting(struct trio_task *task, void *arg)
{
    const struct trio_world *world = trio_run_world();

    (void)task;
    world->io->disarm(world->context, arg);
    return true;
}

static trio_status wait_for(trio_handle handle, enum trio_direction direction,
                            const char *function)
{
    struct trio_run *run = trio_run_for_(function);
    const struct trio_world *world = &run->config.world;
    struct trio_io_waiter waiter = {.task = trio_task_for_(run, function),
                                    .handle = handle,
                                    .direction = direction};

    if (waiter.task->cancelled)
        return trio_yield_cancelled_(run, waiter.task);
    trio_status rc = world->io->arm(world->context, &waiter);
    if (rc == TRIO_OK) {
        waiter.task->park = (struct park){.wait = &waits[direction],
                                          .object = (const void *)handle,
                                          .abort = stop_waiting,
                                          .arg = &waiter,
                                          .own = true};
        rc = trio_park_(run, waiter.task);
        return trio_is_failure(rc) ? trio_fail_bare(rc) : rc;
    }
    int error = world->io->last_error(world->context); // Others make calls.
    trio_yield_(run, waiter.task);                     // S16
    if (rc == TRIO_EEXIST)
        return TRIO_OK;
    return rc == TRIO_EBUSY ? trio_fail_bare(rc)
                            : trio_fail_os(rc, error, "wait for handle %lld",
                                           (long long)handle);
}

trio_status trio_wait_readable(trio_handle handle)
{
    return wait_for(handle, TRIO_READABLE, __func__);
}

trio_status trio_wait_writable(trio_handle handle)
{
    return wait_for(handle, TRIO_WRITABLE, __func__);
}

void trio_notify_closing(trio_handle handle)
{
    const struct trio_world *world = trio_run_world();
    world->io->closing(world->context, handle);
}
