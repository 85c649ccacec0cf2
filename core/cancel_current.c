// What the current task can learn of the scopes round it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Outwards from the innermost scope, and not past the first shield: what lies
// behind it is invisible here.

#include "core/scope.h"

struct trio_cancel_reason trio_current_cancel_reason(void)
{
    struct trio_run *run = trio_run_current_();
    struct trio_cancel_scope *scope = trio_task_current_(run)->scope;

    if (!scope->effective)
        return (struct trio_cancel_reason){TRIO_CANCEL_NONE, NULL, 0};
    while (scope->source == TRIO_CANCEL_NONE) {
        if (trio_scope_sees_outside_(run, scope))
            scope = scope->parent;
        else // Then it is the nursery that the task is to go to.
            scope =
                &CONTAINER_OF(scope, struct trio_start_, scope)->target->scope;
    }
    return trio_cancel_scope_reason(scope);
}

trio_time trio_current_effective_deadline(void)
{
    struct trio_run *run = trio_run_current_();
    struct trio_cancel_scope *scope = trio_task_current_(run)->scope;
    trio_time earliest = TRIO_FOREVER;

    if (scope->effective)
        return TRIO_PAST;
    for (; scope != NULL; scope = scope->shield ? NULL : scope->parent)
        if (scope->timer.deadline < earliest)
            earliest = scope->timer.deadline;
    return earliest;
}

trio_status trio_with_timeout(trio_duration limit, trio_status (*fn)(void *arg),
                              void *arg)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, limit);
    return trio_cancel_scope_close(&scope, fn(arg));
}

trio_status trio_shielded(trio_duration limit, trio_status (*fn)(void *arg),
                          void *arg)
{
    struct trio_cancel_scope scope;

    trio_shield_after(&scope, limit);
    return trio_cancel_scope_close(&scope, fn(arg));
}
