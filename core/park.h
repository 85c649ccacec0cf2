// One wait of one task, and what ends it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_PARK_H
#define TRIO_CORE_PARK_H

#include <trio/parking_lot.h>
#include <trio/status.h>

#include "core/note.h"
#include "core/run.h"
#include "core/task.h"
#include "core/task_queue.h"

// Has a task run in the next pass.
static inline void trio_make_ready_(struct trio_run *run,
                                    struct trio_task *task)
{
    trio_queue_push_(&run->ready, task);
    trio_note_(run, TRIO_NOTE_TASK_READY, task, NULL, 0);
}

// ---- park.c ----
void trio_task_ready_(struct trio_run *run, struct trio_task *task,
                      trio_status result);
TRIO_MUST_USE trio_status trio_yield_cancelled_(struct trio_run *run,
                                                struct trio_task *task);
void trio_yield_(struct trio_run *run, struct trio_task *task);
bool trio_abort_(struct trio_run *run, struct trio_task *task);
__attribute__((cold)) void trio_park_observed_(struct trio_run *run,
                                               struct trio_task *task);

#endif // TRIO_CORE_PARK_H
