// The rarer ways from one task to the next: through the loop, to a fresh task,
// with a sanitizer looking on, with floating-point control words to keep.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "core/step.h"
#include "core/arch/annotate.h"
#include "core/arch/context.h"
#include "core/own_stack.h"
#include "core/run.h"
#include "core/stack.h"
#include "core/task.h"

// Switches from a task to the next one, or to the loop.
static inline trio_status leave(struct trio_run *run, struct trio_task *task,
                                struct trio_task *next)
{
    struct trio_annotation *annotation = &run->annotation;
    void *target = run->context;
    int value = 0;

    if (next != NULL) {
        target = trio_context_of_(run, next);
        annotation = &next->stack.annotation;
        value = next->result;
        trio_begin_step_(run, next);
    } else {
        run->current = NULL;
    }
    trio_annotate_leave(&task->stack.annotation, annotation, false);
    value = trio_context_switch_(&task->context, target, value);
    trio_annotate_arrive(&task->stack.annotation);
    return (trio_status)value;
}

static __attribute__((noinline)) trio_status
leave_keeping_fp(struct trio_run *run, struct trio_task *task,
                 struct trio_task *next)
{
    uint64_t control = trio_fp_control_save_();

    trio_fp_control_load_(run->fp_control);
    trio_status rc = leave(run, task, next);
    trio_fp_control_load_(control);
    return rc;
}

trio_status trio_suspend_slowly_(struct trio_run *run, struct trio_task *task,
                                 struct trio_task *next)
{
    trio_note_(run, TRIO_NOTE_STEP_END, task, NULL, 0);
    if (next == task) {
        trio_begin_step_(run, task);
        return task->result;
    }
    if (UNLIKELY(task->keep_fp))
        return leave_keeping_fp(run, task, next);
    return leave(run, task, next);
}
