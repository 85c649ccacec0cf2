// The public face of cancel scopes: openers, close, what may be asked of one.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A deadline is among the timers exactly while its scope is open, is not
// cancelled, and the deadline can come.

#include "core/base.h"
#include "core/cancel.h"
#include "core/clock.h"
#include "core/misuse.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/task.h"
#include "core/timer.h"

static void set_deadline(struct trio_run *run, struct trio_cancel_scope *scope,
                         trio_time deadline)
{
    if (scope->source != TRIO_CANCEL_NONE) {
        scope->timer.deadline = deadline;
    } else if (deadline == TRIO_FOREVER) {
        if (scope->armed)
            trio_timer_disarm_(run, &scope->timer);
        scope->armed = false;
        scope->timer.deadline = deadline;
    } else if (scope->armed) {
        trio_timer_move_(run, &scope->timer, deadline);
    } else {
        trio_scope_arm_(run, scope, deadline);
    }
}

// S24: with a deadline that has passed, it is cancelled on entry.
static __attribute__((noinline)) void
open_late(struct trio_run *run, struct trio_cancel_scope *scope,
          enum scope_kind kind, trio_time deadline, struct caller caller)
{
    trio_scope_open_(run, scope, kind, TRIO_FOREVER, caller);
    scope->timer.deadline = deadline;
    trio_scope_cancel_(run, scope, TRIO_CANCEL_DEADLINE, NULL);
}

QUICK void open_by(struct trio_run *run, struct trio_cancel_scope *scope,
                   enum scope_kind kind, trio_time deadline, bool late,
                   struct caller caller)
{
    if (UNLIKELY(late))
        open_late(run, scope, kind, deadline, caller);
    else
        trio_scope_open_(run, scope, kind, deadline, caller);
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME void
trio_cancel_scope_open(struct trio_cancel_scope *scope)
{
    trio_scope_open_(trio_run_in_task_(), scope, SCOPE_PLAIN, TRIO_FOREVER,
                     CALLER());
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME void
trio_move_on_after(struct trio_cancel_scope *scope, trio_duration limit)
{
    struct trio_run *run = trio_run_in_task_();
    trio_time deadline = trio_from_now_(run, limit);

    open_by(run, scope, SCOPE_MOVE_ON, deadline, limit <= 0, CALLER());
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME void
trio_move_on_at(struct trio_cancel_scope *scope, trio_time deadline)
{
    struct trio_run *run = trio_run_in_task_();

    deadline = trio_meant_(run, deadline);
    bool late = trio_has_come_(run, deadline);
    open_by(run, scope, SCOPE_MOVE_ON, deadline, late, CALLER());
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME void
trio_fail_after(struct trio_cancel_scope *scope, trio_duration limit)
{
    struct trio_run *run = trio_run_in_task_();
    trio_time deadline = trio_from_now_(run, limit);

    open_by(run, scope, SCOPE_FAIL, deadline, limit <= 0, CALLER());
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME void
trio_fail_at(struct trio_cancel_scope *scope, trio_time deadline)
{
    struct trio_run *run = trio_run_in_task_();

    deadline = trio_meant_(run, deadline);
    bool late = trio_has_come_(run, deadline);
    open_by(run, scope, SCOPE_FAIL, deadline, late, CALLER());
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME void
trio_shield_after(struct trio_cancel_scope *scope, trio_duration limit)
{
    struct trio_run *run = trio_run_in_task_();
    trio_time deadline = trio_from_now_(run, limit);

    open_by(run, scope, SCOPE_SHIELD, deadline, limit <= 0, CALLER());
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME void
trio_shield_at(struct trio_cancel_scope *scope, trio_time deadline)
{
    struct trio_run *run = trio_run_in_task_();

    deadline = trio_meant_(run, deadline);
    bool late = trio_has_come_(run, deadline);
    open_by(run, scope, SCOPE_SHIELD, deadline, late, CALLER());
}

TRIO_NO_SCOPE_ANALYSIS OWN_FRAME trio_status
trio_cancel_scope_close(struct trio_cancel_scope *scope, trio_status rc)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);

    trio_scope_frame_check_(task, __builtin_frame_address(0));
    trio_scope_close_check_(task, scope);
    if (UNLIKELY(scope->kind == SCOPE_NURSERY))
        trio_misuse_at_("a nursery is closed by trio_nursery_close", scope,
                        scope->place);
    return trio_scope_close_(run, task, scope, rc);
}

// The run, once it is sure that the scope is one that can be changed.
static inline struct trio_run *
run_of_open(const struct trio_cancel_scope *scope, const char *function)
{
    struct trio_run *run = trio_run_for_(function);
    if (UNLIKELY(!scope->open))
        trio_misuse_by_(function, "was called for a scope that is closed",
                        scope, scope->place);
    return run;
}

void trio_cancel_scope_cancel(struct trio_cancel_scope *scope,
                              const char *reason)
{
    trio_scope_cancel_(run_of_open(scope, __func__), scope,
                       TRIO_CANCEL_EXPLICIT, reason);
}

void trio_cancel_scope_set_deadline_at(struct trio_cancel_scope *scope,
                                       trio_time deadline)
{
    struct trio_run *run = run_of_open(scope, __func__);
    set_deadline(run, scope, trio_meant_(run, deadline));
}

void trio_cancel_scope_extend_after(struct trio_cancel_scope *scope,
                                    trio_duration limit)
{
    struct trio_run *run = run_of_open(scope, __func__);
    set_deadline(run, scope, trio_from_now_(run, limit));
}

void trio_cancel_scope_set_shield(struct trio_cancel_scope *scope, bool shield)
{
    struct trio_run *run = run_of_open(scope, __func__);
    scope->shield = shield;
    trio_scope_refresh_(run, scope);
}

bool trio_cancel_scope_called(struct trio_cancel_scope *scope)
{
    // S24: a deadline that has passed counts, whether or not the loop has
    // looked at it yet. After close, also after the run, nothing changes.
    if (scope->open && scope->armed) {
        struct trio_run *run = trio_run_current_();
        if (trio_has_come_(run, scope->timer.deadline))
            trio_scope_cancel_(run, scope, TRIO_CANCEL_DEADLINE, NULL);
    }
    return scope->source != TRIO_CANCEL_NONE;
}

bool trio_cancel_scope_caught(const struct trio_cancel_scope *scope)
{
    return scope->caught && !scope->open;
}

trio_time trio_cancel_scope_deadline(const struct trio_cancel_scope *scope)
{
    const struct trio_run *run = trio_current_run_;
    trio_time deadline = scope->timer.deadline;
    // It may be read after the run, too.
    return run == NULL ? deadline : trio_told_(run, deadline);
}

struct trio_cancel_reason
trio_cancel_scope_reason(const struct trio_cancel_scope *scope)
{
    if (scope->source == TRIO_CANCEL_NONE)
        return (struct trio_cancel_reason){TRIO_CANCEL_NONE, NULL, 0};
    return (struct trio_cancel_reason){(enum trio_cancel_source)scope->source,
                                       scope->text, scope->canceller};
}
