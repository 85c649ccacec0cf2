// One call of trio_nursery_start.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_START_H
#define TRIO_CORE_START_H

#include <trio/cancel_scope.h>
#include <trio/error.h>
#include <trio/nursery.h>
#include <trio/status.h>

struct trio_run;

// Lives in the frame of the call.
struct trio_start_ {
    struct trio_cancel_scope scope; // SCOPE_START, under the caller's.
    struct trio_nursery *target;
    struct trio_start_ *next;    // Of the target.
    struct trio_start_ **link;   // What points to it among those.
    struct trio_start_ *refresh; // In the run's list.
    struct trio_task *caller;
    void *value;
    trio_status status;
    struct trio_error *error; // Of the task, if it failed.
    bool started;
    bool queued; // In the run's list to refresh.
};

// Its caller is abandoned, and the task with it.
void trio_start_abandoned_(struct trio_run *run, struct trio_start_ *start);
void trio_start_ended_(struct trio_run *run, struct trio_task *task,
                       trio_status rc, struct trio_error *error);

#endif // TRIO_CORE_START_H
