// One operation of a primitive, from the look at its task to the switch.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The public functions for all of this look up the run or the task again, and
// each of them is a call. A primitive that comes with the library looks once
// and hands down what it found. What happens every time is inlined, so that an
// operation is one function, and the switch at its end a jump; see step.h. The
// simple ones have this form:
//
//     struct trio_task *task = trio_task_here_();
//
//     if (UNLIKELY(task->cancelled))
//         return trio_yield_cancelled_(task->run, task);
//     if (take(task->run, object))
//         return trio_yield_with_(task->run, task, TRIO_OK);
//     return trio_park_in_(task, &object->lot, &object_wait, object, false);
//
// Each does what the public function of the same name does.

#ifndef TRIO_CORE_OPERATION_H
#define TRIO_CORE_OPERATION_H

#include <trio/error.h>
#include <trio/parking_lot.h>
#include <trio/status.h>
#include <trio/task.h>

#include "core/base.h"
#include "core/note.h"
#include "core/park.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"
#include "core/waiters.h"

#define trio_task_here_() trio_task_current_(trio_run_current_())

static inline void trio_touch_(struct trio_run *run, const void *object,
                               enum trio_access access)
{
    trio_note_(run, TRIO_NOTE_TOUCH, run->current, object, access);
}

// ---- Waking ----

static inline void trio_wake_(struct trio_run *run, struct trio_task *task,
                              trio_status result)
{
    if (UNLIKELY(!trio_is_parked_(task) || task->run != run || task->park.own))
        trio_wake_refused_(run, task);
    trio_end_wait_(run, task, result);
}

static inline void trio_unpark_(struct trio_run *run,
                                struct trio_waiter *waiter, trio_status result)
{
    waiter->claimed = true;
    trio_wake_(run, waiter->task, result);
}

// Returns whom it has unparked, or NULL.
static inline struct trio_task *
trio_unpark_one_(struct trio_run *run, const struct trio_parking_lot *lot)
{
    struct trio_waiter *waiter = lot->first;

    if (waiter == NULL)
        return NULL;
    trio_unpark_(run, waiter, TRIO_OK);
    return waiter->task;
}

// ---- Waiting ----

__attribute__((cold)) TRIO_MUST_USE trio_status
trio_park_refused_(struct trio_task *task, bool shielded);

TRIO_MUST_USE static inline trio_status
trio_park_in_(struct trio_task *task, struct trio_parking_lot *lot,
              const struct trio_wait *wait, const void *object, bool shielded)
{
    if (UNLIKELY(lot->broken))
        return trio_park_refused_(task, shielded);
    trio_waiter_add_(task, lot, &task->waiter);
    task->park =
        (struct park){.wait = wait, .object = object, .shielded = shielded};
    return trio_park_(task->run, task);
}

#endif // TRIO_CORE_OPERATION_H
