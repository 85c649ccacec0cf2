// What a nursery is told of its children.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_NURSERY_H
#define TRIO_CORE_NURSERY_H

#include <trio/error.h>
#include <trio/nursery.h>
#include <trio/status.h>
#include <trio/task.h>

#include "core/park.h"
#include "core/run.h"

void trio_nursery_init_(struct trio_nursery *nursery);
void trio_nursery_failed_(struct trio_run *run, struct trio_nursery *nursery,
                          trio_status rc, struct trio_error *error);
void trio_nursery_child_ended_(struct trio_run *run, struct trio_task *task,
                               trio_status rc, struct trio_error *error);
struct trio_error *trio_nursery_take_error_(struct trio_run *run,
                                            struct trio_nursery *nursery,
                                            struct trio_task *task);

static inline void trio_nursery_check_empty_(struct trio_run *run,
                                             struct trio_nursery *nursery)
{
    struct trio_task *owner = nursery->scope.task;

    if (nursery->living > 0 || nursery->starts != NULL || !nursery->closing)
        return;
    nursery->closing = false;
    trio_end_wait_(run, owner, TRIO_OK);
}

#endif // TRIO_CORE_NURSERY_H
