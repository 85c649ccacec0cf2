// What the current task can learn of the scopes round it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Outwards from the innermost scope, and not past the first shield: what lies
// behind it is invisible here.

#include "core/base.h"
#include "core/clock.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/start.h"

// The nursery that a task is to go to, which is being started.
static const struct trio_cancel_scope *
target_of(const struct trio_cancel_scope *scope)
{
    return &CONTAINER_OF(scope, struct trio_start_, scope)->target->scope;
}

struct trio_cancel_reason trio_current_cancel_reason(void)
{
    struct trio_run *run = trio_run_current_();
    const struct trio_cancel_scope *scope = trio_task_current_(run)->scope;

    if (!scope->effective)
        return (struct trio_cancel_reason){TRIO_CANCEL_NONE, NULL, 0};
    while (scope->source == TRIO_CANCEL_NONE) {
        if (trio_scope_sees_outside_(run, scope))
            scope = scope->parent;
        else
            scope = target_of(scope);
    }
    return trio_cancel_scope_reason(scope);
}

// The earlier of `earliest` and the deadlines from a scope outwards.
static trio_time look_outwards(const struct trio_cancel_scope *scope,
                               trio_time earliest)
{
    for (; scope != NULL; scope = scope->shield ? NULL : scope->parent)
        if (scope->timer.deadline < earliest)
            earliest = scope->timer.deadline;
    return earliest;
}

trio_time trio_scope_deadline_(const struct trio_cancel_scope *scope)
{
    if (scope->effective)
        return TRIO_PAST;
    trio_time earliest = look_outwards(scope, TRIO_FOREVER);
    // S38: a task that is being started sees those of both sides.
    for (; scope != NULL; scope = scope->shield ? NULL : scope->parent)
        if (scope->kind == SCOPE_START)
            earliest = look_outwards(target_of(scope), earliest);
    return earliest;
}

trio_time trio_current_effective_deadline(void)
{
    struct trio_run *run = trio_run_current_();
    return trio_told_(run,
                      trio_scope_deadline_(trio_task_current_(run)->scope));
}

trio_status trio_with_timeout(trio_duration limit, trio_status (*fn)(void *arg),
                              void *arg)
{
    TRIO_REQUIRE(fn);
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, limit);
    return trio_cancel_scope_close(&scope, fn(arg));
}

trio_status trio_shielded(trio_duration limit, trio_status (*fn)(void *arg),
                          void *arg)
{
    TRIO_REQUIRE(fn);
    struct trio_cancel_scope scope;

    trio_shield_after(&scope, limit);
    return trio_cancel_scope_close(&scope, fn(arg));
}
