// Waiting for a handle: a park that the world ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The waiter is the world's from arm until it is made ready or disarmed, one of
// which happens exactly once.

#include <trio/io.h>

#include "core/error.h"
#include "core/operation.h"
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

// Whether what ends a task's wait is this waiter alone. In a select there are
// others, and it looks at each of them itself.
static bool waits_only_for(const struct trio_task *task,
                           const struct trio_io_waiter *waiter)
{
    return task->park.arg == waiter;
}

void trio_io_ready(struct trio_io_waiter *waiter, trio_status result)
{
    struct trio_task *task = waiter->task;

    waiter->ready = true;
    waiter->result = result;
    // In a select its task may have been woken by another one.
    if (UNLIKELY(task == NULL || !trio_is_parked_(task)))
        return;
    if (UNLIKELY(result != TRIO_OK && waits_only_for(task, waiter)))
        trio_error_forget_(task->run, task, result);
    trio_end_wait_(task->run, task, result);
}

static bool stop_waiting(struct trio_task *task, void *arg)
{
    const struct trio_world *world = trio_run_world();

    (void)task;
    world->io->disarm(world->context, arg);
    return true;
}

// It could not be armed, or need not.
static __attribute__((noinline)) trio_status not_armed(struct trio_run *run,
                                                       struct trio_task *task,
                                                       trio_handle handle,
                                                       trio_status rc)
{
    const struct trio_world *world = &run->config.world;
    int error = world->io->last_error(world->context); // Others make calls.

    trio_yield_(run, task); // S16
    if (rc == TRIO_EEXIST)
        return TRIO_OK;
    return rc == TRIO_EBUSY ? trio_fail_bare(rc)
                            : trio_fail_os(rc, error, "wait for handle %lld",
                                           (long long)handle);
}

// ---- Operations ----

const struct trio_world *trio_io_begin(const void *object,
                                       enum trio_access access)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);

    if (UNLIKELY(task->cancelled)) {
        trio_ignore(trio_yield_cancelled_(run, task));
        return NULL;
    }
    trio_touch_(run, object, access);
    return &run->config.world;
}

static TRIO_CHECKPOINT trio_status wait_in(struct trio_run *run,
                                           struct trio_task *task,
                                           struct trio_io_waiter *waiter)
{
    const struct trio_world *world = &run->config.world;

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(run, task);
    waiter->task = task;
    waiter->ready = false;
    trio_status rc = world->io->arm(world->context, waiter);
    if (UNLIKELY(rc != TRIO_OK))
        return not_armed(run, task, waiter->handle, rc);
    task->park = (struct park){.wait = &waits[waiter->direction],
                               .object = (const void *)waiter->handle,
                               .abort = stop_waiting,
                               .arg = waiter,
                               .own = true};
    return trio_park_(run, task);
}

trio_status trio_io_wait(struct trio_io_waiter *waiter)
{
    struct trio_run *run = trio_run_current_();

    return wait_in(run, trio_task_current_(run), waiter);
}

trio_status trio_io_end(trio_status rc)
{
    struct trio_task *task = trio_task_here_();

    return trio_yield_with_(task->run, task, rc);
}

// ---- Waiting for a handle, and nothing else ----

static TRIO_CHECKPOINT trio_status wait_for(trio_handle handle,
                                            enum trio_direction direction,
                                            const char *function)
{
    struct trio_run *run = trio_run_for_(function);
    struct trio_io_waiter waiter = {.handle = handle, .direction = direction};

    return wait_in(run, trio_task_for_(run, function), &waiter);
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
