// A lot is a list of waiters, and a waiter is in it or its task is runnable.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Unparking wakes the task, and waking takes all waiters of that task out of
// their lots at once, whichever of them was claimed. So no lot ever holds a
// waiter whose task was woken by another one, or cancelled, and whoever unparks
// need not ask.

#include <trio/parking_lot.h>

#include "core/base.h"
#include "core/park.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"

static void take_out(struct trio_waiter *waiter)
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

static void append(struct trio_parking_lot *lot, struct trio_waiter *waiter)
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

void trio_waiters_leave_(struct trio_task *task)
{
    struct trio_waiter *waiter = task->waiters;

    task->waiters = NULL;
    for (; waiter != NULL; waiter = waiter->sibling)
        if (waiter->lot != NULL)
            take_out(waiter);
}

bool trio_parking_lot_add(struct trio_parking_lot *lot,
                          struct trio_waiter *waiter)
{
    struct trio_task *task = trio_task_current();

    if (UNLIKELY(lot->broken))
        return false;
    waiter->task = task;
    waiter->claimed = false;
    waiter->sibling = task->waiters;
    task->waiters = waiter;
    append(lot, waiter);
    return true;
}

static trio_status park_in(struct trio_parking_lot *lot, struct park *park)
{
    struct trio_run *run = trio_run_current_();
    struct trio_waiter waiter;

    park->task = trio_task_current_(run);
    if (LIKELY(trio_parking_lot_add(lot, &waiter))) {
        trio_status rc = trio_park_(run, park);
        return trio_is_failure(rc) ? trio_fail_bare(rc) : rc;
    }
    if (park->task->cancelled && !park->shielded)
        return trio_yield_cancelled_(run, park->task);
    trio_yield_(run, park->task); // S16
    return trio_fail_bare(TRIO_EBROKEN);
}

trio_status trio_parking_lot_park(struct trio_parking_lot *lot,
                                  const struct trio_wait *wait,
                                  const void *object)
{
    struct park park = {.wait = wait, .object = object, .place = TRIO_CALLER()};
    return park_in(lot, &park);
}

trio_status trio_parking_lot_park_shielded(struct trio_parking_lot *lot,
                                           const struct trio_wait *wait,
                                           const void *object)
{
    struct park park = {.wait = wait,
                        .object = object,
                        .place = TRIO_CALLER(),
                        .shielded = true};
    return park_in(lot, &park);
}

struct trio_task *trio_parking_lot_unpark_one_with(struct trio_parking_lot *lot,
                                                   trio_status result)
{
    struct trio_waiter *waiter = lot->first;

    if (waiter == NULL)
        return NULL;
    waiter->claimed = true;
    trio_wake(waiter->task, result);
    return waiter->task;
}

bool trio_parking_lot_unpark_one(struct trio_parking_lot *lot)
{
    return trio_parking_lot_unpark_one_with(lot, TRIO_OK) != NULL;
}

size_t trio_parking_lot_unpark(struct trio_parking_lot *lot, size_t count)
{
    size_t done = 0;
    while (done < count && trio_parking_lot_unpark_one(lot))
        done++;
    return done;
}

size_t trio_parking_lot_unpark_all(struct trio_parking_lot *lot)
{
    return trio_parking_lot_unpark(lot, SIZE_MAX);
}

struct trio_task *trio_parking_lot_first(const struct trio_parking_lot *lot)
{
    return lot->first == NULL ? NULL : lot->first->task;
}

size_t trio_parking_lot_repark(struct trio_parking_lot *lot,
                               struct trio_parking_lot *target, size_t count)
{
    size_t done = 0;

    TRIO_ASSERT(lot != target);
    for (; done < count && lot->first != NULL; done++) {
        struct trio_waiter *waiter = lot->first;
        if (target->broken) {
            trio_wake(waiter->task, TRIO_EBROKEN);
        } else {
            take_out(waiter);
            append(target, waiter);
        }
    }
    return done;
}

void trio_parking_lot_break(struct trio_parking_lot *lot)
{
    lot->broken = true;
    while (lot->first != NULL)
        trio_wake(lot->first->task, TRIO_EBROKEN);
}

size_t trio_parking_lot_count(const struct trio_parking_lot *lot)
{
    return lot->count;
}

struct trio_parking_lot_statistics
trio_parking_lot_statistics(const struct trio_parking_lot *lot)
{
    return (struct trio_parking_lot_statistics){lot->count, lot->broken};
}
