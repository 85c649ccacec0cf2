// One wait of one task, and what ends it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_PARK_H
#define TRIO_CORE_PARK_H

#include <trio/parking_lot.h>
#include <trio/status.h>

#include "core/cancel.h"
#include "core/note.h"
#include "core/run.h"
#include "core/task.h"
#include "core/task_queue.h"
#include "core/waiters.h"

// Has a task run in the next pass.
static inline void trio_make_ready_(struct trio_run *run,
                                    struct trio_task *task)
{
    trio_queue_push_(&run->ready, task);
    trio_note_(run, TRIO_NOTE_TASK_READY, task, NULL, 0);
}

// Ends a task's wait.
static inline void trio_end_wait_(struct trio_run *run, struct trio_task *task,
                                  trio_status result)
{
    task->park.wait = NULL;
    if (task->waiters != NULL)
        trio_waiters_leave_(task);
    task->result = result;
    if (UNLIKELY(result == TRIO_ECANCELED))
        trio_ignore(trio_cancel_given_(run, task));
    trio_note_(run, TRIO_NOTE_WAKE, task, NULL, result);
    trio_make_ready_(run, task);
}

// ---- sleep.c ----
// When a parked task wakes up by itself; TRIO_FOREVER if it does not.
trio_time trio_sleeps_until_(const struct trio_task *task);

// ---- park.c ----
// The same, not inlined.
void trio_task_ready_(struct trio_run *run, struct trio_task *task,
                      trio_status result);
__attribute__((noreturn, cold)) void
trio_wake_refused_(const struct trio_run *run, const struct trio_task *task);
TRIO_MUST_USE trio_status trio_yield_cancelled_(struct trio_run *run,
                                                struct trio_task *task);
void trio_yield_(struct trio_run *run, struct trio_task *task);
TRIO_MUST_USE trio_status trio_yield_observed_(struct trio_run *run,
                                               struct trio_task *task);
bool trio_abort_(struct trio_run *run, struct trio_task *task);
__attribute__((cold)) TRIO_MUST_USE trio_status
trio_park_seen_(struct trio_run *run, struct trio_task *task);

#endif // TRIO_CORE_PARK_H
