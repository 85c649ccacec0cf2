// The death of a task: what it owns is settled before anybody learns of it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The order is fixed: its function has returned; what it left undone is
// reported; its exit functions run, newest first; its nursery is told, with its
// status and record; then its descriptor is free. Its stack goes on under the
// feet of the next task, or is left to one that is yet to come.

#include "core/arch/annotate.h"
#include "core/arch/context.h"
#include "core/base.h"
#include "core/error.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/nursery.h"
#include "core/own_stack.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/stack.h"
#include "core/start.h"
#include "core/step.h"
#include "core/task.h"
#include "core/task_queue.h"

static void check_scopes(struct trio_task *task)
{
    if (UNLIKELY(task->scope != &task->root))
        trio_misuse_at_("a task ended with a scope or nursery open",
                        task->scope, task->scope_place);
}

static void check_end(struct trio_task *task, trio_status rc)
{
    check_scopes(task);
    // S23. A close behind a shield took the bit, though the task is cancelled.
    if (UNLIKELY(rc == TRIO_ECANCELED && !task->given_cancel &&
                 !task->root.effective))
        trio_misuse_at_("a task ended with TRIO_ECANCELED, but nothing here "
                        "was cancelled",
                        NULL, NULL);
    if (UNLIKELY(task->waiters != NULL))
        trio_misuse_at_("a task ended with a waiter in a parking lot",
                        task->waiters->lot, NULL);
}

static void run_exits(struct trio_task *task)
{
    while (task->exits != NULL) {
        struct trio_task_exit *node = task->exits;
        task->exits = node->next;
        node->fn(node);
        check_scopes(task);
    }
}

static void end(struct trio_run *run, struct trio_task *task, trio_status rc)
{
    check_end(task, rc);
    run_exits(task);
    if (rc == TRIO_ECANCELED)
        task->root.had_cancel = true; // S23

    struct trio_error *error =
        trio_is_failure(rc) ? trio_error_detach_(run, task, rc) : NULL;
    trio_note_(run, TRIO_NOTE_TASK_EXIT, task, NULL, rc);
    trio_scope_unlink_(&task->root);
    if (task->start != NULL)
        trio_start_ended_(run, task, rc, error);
    else
        trio_nursery_child_ended_(run, task, rc, error);
    if (UNLIKELY(task->errors != NULL || task->reserve == NULL))
        trio_errors_end_(run, task);
    if (UNLIKELY(task->keep_fp))
        trio_fp_control_load_(run->fp_control);

    trio_note_(run, TRIO_NOTE_STEP_END, task, NULL, 0);
    run->tasks_living--;
}

// Leaves the stack of a task that has ended to another one, and returns when
// that is to run there. It may be the very next task, as it is fresh: then
// nothing is switched. Else the stack cannot be given back by who stands on it,
// and is kept as the spare. Only then may the descriptor become another task's.
static inline void leave_stack(struct trio_run *run, struct trio_task *task)
{
    struct trio_task *next = trio_next_task_(run);
    struct trio_annotation *annotation = &run->annotation;
    void *target = run->context;
    int value = 0;

    run->current = NULL;
    if (next != NULL) {
        if (next->context == NULL &&
            trio_stack_adopt_(run, &next->stack, &task->stack)) {
            trio_list_push_(&run->dead, task);
            trio_begin_step_(run, next);
            return;
        }
        target = trio_context_of_(run, next);
        annotation = &next->stack.annotation;
        value = next->result;
        trio_begin_step_(run, next);
    }
    trio_stack_retire_(run, &task->stack);
    trio_list_push_(&run->dead, task);
    trio_annotate_leave(&run->spare.annotation, annotation, true);
    trio_context_switch_(&run->spare.context, target, value);
    trio_annotate_arrive(&run->current->stack.annotation);
}

// What runs on the stack of tasks, one after the other.
void trio_task_main_(void *arg)
{
    struct trio_run *run = arg;

    trio_annotate_arrive(&run->current->stack.annotation);
    for (;;) {
        struct trio_task *task = run->current;
        end(run, task, task->fn(task->arg));
        leave_stack(run, task);
    }
}
