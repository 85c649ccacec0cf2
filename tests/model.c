// Nothing is cached here: each question walks the scopes outwards, and starts
// from nothing but which of them were cancelled themselves.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/model.h"

bool model_deadlocked;

static enum trio_cancel_source source_of(const struct model_scope *scope)
{
    return scope->real == NULL ? TRIO_CANCEL_NONE
                               : trio_cancel_scope_reason(scope->real).source;
}

bool model_effective(const struct model_scope *scope)
{
    if (model_deadlocked)
        return true;
    for (; scope != NULL; scope = scope->shield ? NULL : scope->parent)
        if (source_of(scope) != TRIO_CANCEL_NONE ||
            (scope->target != NULL && model_effective(scope->target)))
            return true;
    return false;
}

void model_fail(struct model_scope *nursery, trio_status rc)
{
    if (nursery->status == TRIO_OK)
        nursery->status = rc;
    else if (nursery->status != rc)
        nursery->status = TRIO_EGROUP;
}

trio_status model_close(struct model_scope *scope, trio_status rc)
{
    enum trio_cancel_source source = source_of(scope);
    bool sees_outside =
        model_deadlocked || (!scope->shield && model_effective(scope->parent));

    if (rc == TRIO_ECANCELED)
        scope->had_cancel = true;
    if (!scope->had_cancel)
        return rc;
    if (source == TRIO_CANCEL_NONE || sees_outside) {
        scope->parent->had_cancel = true;
        return trio_is_failure(rc) ? rc : TRIO_ECANCELED;
    }
    scope->caught = true;
    if (trio_is_failure(rc))
        return rc;
    if (!scope->has_to_succeed)
        return TRIO_OK;
    return source == TRIO_CANCEL_DEADLINE ? TRIO_ETIMEDOUT : TRIO_EABANDONED;
}

trio_status model_combine(trio_status a, trio_status b)
{
    if (!trio_is_failure(a))
        return b == TRIO_OK ? a : b;
    return !trio_is_failure(b) || a == b ? a : TRIO_EGROUP;
}

bool model_holds_for_tree(const struct trio_error *error)
{
    const struct trio_error *node = error;

    for (; node != NULL; node = trio_error_next(error, node))
        for (struct trio_error *child = node->children; child != NULL;
             child = child->next)
            if (child->parent != node)
                return false;
    return true;
}
