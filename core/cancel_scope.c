// A scope is open from its open to its close, and the innermost open scope of a
// task is the only one that can be closed.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// C has no destructors, so leaving a scope without closing it leaves a pointer
// to a dead frame in the task. Three nets catch it. The compiler's is in the
// headers. Here is the one at run time: whoever touches the list of scopes
// first makes sure that the innermost scope, if it lies on this task's stack,
// lies in a frame that still exists. And a task cannot end with a scope open.

#include "core/base.h"
#include "core/cancel.h"
#include "core/error.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/task.h"
#include "core/timer.h"

void trio_deadline_passed_(struct trio_timer *timer)
{
    struct trio_cancel_scope *scope =
        CONTAINER_OF(timer, struct trio_cancel_scope, timer);

    scope->armed = false;
    trio_scope_cancel_(trio_current_run_, scope, TRIO_CANCEL_DEADLINE, NULL);
}

void trio_scope_misnested_(struct trio_task *task,
                           const struct trio_cancel_scope *scope)
{
    for (struct trio_cancel_scope *other = task->scope; other != &task->root;
         other = other->parent)
        if (other == scope)
            trio_misuse_at_("scopes must be closed in reverse order of opening",
                            task->scope, task->scope_place);
    trio_misuse_at_("closed a scope that this task has not open", scope, NULL);
}

// The other task has filled the scope in anew, so this one has lost it.
void trio_scope_taken_(const struct trio_task *task)
{
    const struct trio_report *report = &trio_current_run_->config.report;
    char place[128];
    char rule[192];

    report->place(report->context, task->scope->place, place, sizeof(place));
    trio_format_(report, rule, sizeof(rule),
                 "a scope of this task was opened by another one at %s", place);
    trio_misuse_at_(rule, task->scope, task->scope_place);
}

// What is left of the cancellations that passed in a scope; S22, S23.
bool trio_scope_absorb_(struct trio_run *run, struct trio_cancel_scope *scope)
{
    if (!scope->had_cancel)
        return false;
    if (scope->source != TRIO_CANCEL_NONE &&
        !trio_scope_sees_outside_(run, scope)) {
        scope->caught = true;
        scope->had_cancel = false;
    }
    return scope->caught;
}

static bool has_to_succeed(const struct trio_cancel_scope *scope)
{
    return scope->kind == SCOPE_FAIL || scope->kind == SCOPE_SHIELD;
}

// S31: what a scope that had to succeed says when it did not get to the end.
static trio_status mint(struct trio_run *run, struct trio_task *task,
                        const struct trio_cancel_scope *scope)
{
    bool late = scope->source == TRIO_CANCEL_DEADLINE;
    trio_status rc = late ? TRIO_ETIMEDOUT : TRIO_EABANDONED;
    const char *text = scope->text;

    if (late)
        text = "a deadline passed";
    else if (text == NULL)
        text = "a scope was cancelled on request";
    trio_error_note_(run, task, rc, 0, scope->place, text);
    return rc;
}

// What goes on to the parent, of a body through which a cancellation passed.
static trio_status pass_on(struct trio_run *run, struct trio_task *task,
                           struct trio_cancel_scope *scope, trio_status rc)
{
    scope->had_cancel = true;
    if (trio_scope_absorb_(run, scope)) {
        task->given_cancel = false;
        task->ignored = 0;
        if (trio_is_failure(rc))
            return rc;
        return has_to_succeed(scope) ? mint(run, task, scope) : TRIO_OK;
    }
    scope->parent->had_cancel = true;
    if (trio_is_failure(rc))
        return rc;
    task->given_cancel = true;
    return TRIO_ECANCELED;
}

trio_status trio_scope_close_slowly_(struct trio_run *run,
                                     struct trio_task *task,
                                     struct trio_cancel_scope *scope,
                                     trio_status rc)
{
    if (rc == TRIO_ECANCELED || scope->had_cancel)
        rc = pass_on(run, task, scope, rc);
    // S31: a real error goes on, but says that there was a deadline.
    if (trio_is_failure(rc) && rc != TRIO_ETIMEDOUT && has_to_succeed(scope) &&
        scope->source == TRIO_CANCEL_DEADLINE)
        trio_error_append_(task, rc, " (past its deadline)");
    if (scope->armed)
        trio_timer_disarm_(run, &scope->timer);
    if (scope->handle != NULL)
        trio_handle_clear_(scope);
    trio_scope_leave_(task, scope);
    trio_note_(run, TRIO_NOTE_SCOPE_CLOSE, task, scope, rc);
    return rc;
}
