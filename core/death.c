// The death of a task: what it owns is settled before anybody learns of it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The order is fixed: its function has returned; what it left undone is
// reported; its exit functions run, newest first; its nursery is told, with its
// status and record; then its descriptor is free. Its stack goes on under the
// feet of the next task, or is left for ever.

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
#include "core/start.h"
#include "core/step.h"
#include "core/task.h"

static void check_scopes(struct trio_task *task)
{
    if (UNLIKELY(task->scope != &task->root))
        trio_misuse_at_("a task ended with a scope open", task->scope,
                        task->scope_place);
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

// Ends a task and returns the next one, if that is to run on the same stack.
static struct trio_task *end(struct trio_run *run, struct trio_task *task,
                             trio_status rc)
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
    return trio_step_after_end_(run, task);
}

void trio_task_main_(void *arg)
{
    struct trio_task *task = arg;
    struct trio_run *run = trio_current_run_;

    trio_annotate_arrive(&task->stack.annotation);
    while (task != NULL)
        task = end(run, task, task->fn(task->arg));
}
