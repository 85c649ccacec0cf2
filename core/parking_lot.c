// A lot is a list of waiters, and a waiter is in it or its task is runnable.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Unparking wakes the task, and waking takes all waiters of that task out of
// their lots at once, whichever of them was claimed. So no lot ever holds a
// waiter whose task was woken by another one, or cancelled, and whoever unparks
// need not ask.

#include <trio/parking_lot.h>

#include "core/base.h"
#include "core/error.h"
#include "core/operation.h"
#include "core/park.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"
#include "core/waiters.h"

bool trio_parking_lot_add(struct trio_parking_lot *lot,
                          struct trio_waiter *waiter)
{
    struct trio_task *task = trio_task_here_();

    if (UNLIKELY(lot->broken))
        return false;
    trio_waiter_add_(task, lot, waiter);
    return true;
}

// S16: who finds the lot broken lets others have their turn all the same.
trio_status trio_park_refused_(struct trio_task *task, bool shielded)
{
    if (task->cancelled && !shielded)
        return trio_yield_cancelled_(task->run, task);
    trio_yield_(task->run, task);
    return trio_fail_bare(TRIO_EBROKEN);
}

trio_status trio_parking_lot_park(struct trio_parking_lot *lot,
                                  const struct trio_wait *wait,
                                  const void *object)
{
    return trio_park_in_(trio_task_here_(), lot, wait, object, false);
}

trio_status trio_parking_lot_park_shielded(struct trio_parking_lot *lot,
                                           const struct trio_wait *wait,
                                           const void *object)
{
    return trio_park_in_(trio_task_here_(), lot, wait, object, true);
}

// An older record with this status is of another failure.
static void unpark(struct trio_waiter *waiter, trio_status result)
{
    struct trio_run *run = trio_run_for_("waking from a parking lot");

    if (trio_is_failure(result))
        trio_error_forget_(run, waiter->task, result);
    trio_wake_(run, waiter->task, result);
}

struct trio_task *trio_parking_lot_unpark_one_with(struct trio_parking_lot *lot,
                                                   trio_status result)
{
    struct trio_waiter *waiter = lot->first;

    if (waiter == NULL)
        return NULL;
    struct trio_task *task = waiter->task;
    waiter->claimed = true;
    unpark(waiter, result);
    return task;
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
            unpark(waiter, TRIO_EBROKEN);
        } else {
            trio_waiter_take_out_(waiter);
            trio_waiter_append_(target, waiter);
        }
    }
    return done;
}

void trio_parking_lot_break(struct trio_parking_lot *lot)
{
    lot->broken = true;
    while (lot->first != NULL)
        unpark(lot->first, TRIO_EBROKEN);
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
