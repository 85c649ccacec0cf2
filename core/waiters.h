// The waiters of a lot, and the lots of a task: two lists through each waiter.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_WAITERS_H
#define TRIO_CORE_WAITERS_H

#include <stddef.h>
#include <trio/parking_lot.h>

#include "core/task.h"

static inline void trio_waiter_take_out_(struct trio_waiter *waiter)
{
    struct trio_parking_lot *lot = waiter->lot;

    if (waiter->previous == NULL)
        lot->first = waiter->next;
    else
        waiter->previous->next = waiter->next;
    if (waiter->next == NULL)
        lot->last = waiter->previous;
    else
        waiter->next->previous = waiter->previous;
    lot->count--;
    waiter->lot = NULL;
}

static inline void trio_waiter_append_(struct trio_parking_lot *lot,
                                       struct trio_waiter *waiter)
{
    waiter->lot = lot;
    waiter->next = NULL;
    waiter->previous = lot->last;
    if (lot->last == NULL)
        lot->first = waiter;
    else
        lot->last->next = waiter;
    lot->last = waiter;
    lot->count++;
}

// Has a task wait in a lot, too, from its next park on.
static inline void trio_waiter_add_(struct trio_task *task,
                                    struct trio_parking_lot *lot,
                                    struct trio_waiter *waiter)
{
    waiter->task = task;
    waiter->claimed = false;
    waiter->sibling = task->waiters;
    task->waiters = waiter;
    trio_waiter_append_(lot, waiter);
}

static inline void trio_waiters_leave_(struct trio_task *task)
{
    struct trio_waiter *waiter = task->waiters;

    task->waiters = NULL;
    for (; waiter != NULL; waiter = waiter->sibling)
        trio_waiter_take_out_(waiter);
}

#endif // TRIO_CORE_WAITERS_H
