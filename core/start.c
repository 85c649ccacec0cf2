// Until it says that it has started, a task belongs to the call that started
// it; then it moves, scope and all, to the nursery.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The call has a scope of its own under the caller's, and the task hangs below
// it. That scope is effective also when the nursery is, so that both sides can
// cancel the task (S38) and neither shield protects it from the other side. The
// caller waits without looking at cancellations: whatever cancels it cancels
// the task, and the task ends or starts. So the call never leaves a task
// behind, and never loses one.

#include "core/start.h"
#include "core/base.h"
#include "core/cancel.h"
#include "core/error.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/nursery.h"
#include "core/park.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/step.h"
#include "core/task.h"

static const struct trio_wait start_wait = {"start a task in", TRIO_ACCESS_READ,
                                            NULL};

static void begin(struct trio_run *run, struct trio_start_ *start)
{
    struct trio_cancel_scope *scope = &start->scope;

    trio_scope_init_(scope, SCOPE_START, NULL);
    trio_scope_link_(scope, start->caller->scope);
    start->next = start->target->starts;
    start->link = &start->target->starts;
    if (start->next != NULL)
        start->next->link = &start->next;
    start->target->starts = start;
    scope->effective =
        trio_scope_sees_outside_(run, scope) || start->target->scope.effective;
}

static void leave_target(struct trio_start_ *start)
{
    *start->link = start->next;
    if (start->next != NULL)
        start->next->link = start->link;
    start->link = NULL;
}

static void end(struct trio_run *run, struct trio_start_ *start)
{
    leave_target(start);
    start->scope.open = false;
    trio_scope_unlink_(&start->scope);
    trio_nursery_check_empty_(run, start->target);
}

static trio_status result(struct trio_run *run, struct trio_start_ *start,
                          void **ret_value)
{
    struct trio_task *caller = start->caller;

    if (start->started) {
        if (ret_value != NULL)
            *ret_value = start->value;
        return TRIO_OK;
    }
    if (trio_is_failure(start->status)) {
        if (start->error != NULL)
            trio_error_push_(run, caller, start->error);
        return start->status;
    }
    if (caller->scope->effective)
        return trio_cancel_given_(run, caller);
    trio_error_note_(run, caller, TRIO_ENOTSTARTED, 0, NULL,
                     "a task ended before trio_started");
    return TRIO_ENOTSTARTED;
}

trio_status trio_nursery_start(struct trio_nursery *nursery, trio_task_fn fn,
                               void *arg, void **ret_value)
{
    TRIO_REQUIRE(fn);
    struct trio_run *run = trio_run_current_();
    struct trio_start_ start = {.target = nursery,
                                .caller = trio_task_current_(run)};
    struct trio_task *task;

    if (!nursery->scope.open)
        trio_misuse_by_(__func__, "was called for a nursery that is closed",
                        nursery, nursery->scope.place);
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;
    begin(run, &start);
    rc = trio_task_spawn_(run, &start.scope, NULL, fn, arg, &task);
    if (rc == TRIO_OK) {
        task->start = &start;
        task->begun_by_start = true;
        start.caller->park = (struct park){.wait = &start_wait,
                                           .object = nursery,
                                           .shielded = true,
                                           .own = true};
        trio_ignore(trio_park_(run, start.caller));
        rc = result(run, &start, ret_value);
    } else {
        trio_yield_(run, start.caller); // S16
    }
    end(run, &start);
    return rc;
}

void trio_start_abandoned_(struct trio_run *run, struct trio_start_ *start)
{
    const struct trio_task *owner = start->target->scope.task;

    if (start->link == NULL)
        return; // One around a task that goes on is asked again at its end.
    leave_target(start);
    if (start->error != NULL)
        trio_error_give_(run, start->error);
    if (owner == NULL || !owner->abandoned)
        trio_nursery_check_empty_(run, start->target);
}

void trio_start_ended_(struct trio_run *run, struct trio_task *task,
                       trio_status rc, struct trio_error *error)
{
    struct trio_start_ *start = task->start;

    start->status = rc;
    start->error = error;
    trio_task_ready_(run, start->caller, TRIO_OK);
}

void trio_started(void *value)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);
    struct trio_start_ *start = task->start;

    if (UNLIKELY(task->called_started && task->begun_by_start))
        trio_misuse_at_("trio_started was called twice", task, NULL);
    task->called_started = true;
    if (start == NULL)
        return;
    start->value = value;
    start->started = true;
    task->start = NULL;
    trio_scope_unlink_(&task->root);
    trio_scope_link_(&task->root, &start->target->scope);
    start->target->living++;
    trio_note_(run, TRIO_NOTE_TASK_MOVE, task, &start->target->scope, 0);
    trio_scope_refresh_(run, &task->root);
    trio_task_ready_(run, start->caller, TRIO_OK);
}
