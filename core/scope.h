// The quick parts of scopes, inlined where they are opened and closed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_SCOPE_H
#define TRIO_CORE_SCOPE_H

#include "core/internal.h"

static inline void trio_scope_init_(struct trio_cancel_scope *scope,
                                    enum scope_kind kind,
                                    struct trio_task *task)
{
    scope->children = NULL;
    scope->task = task;
    scope->handle = NULL;
    scope->timer.deadline = TRIO_FOREVER;
    scope->timer.expire = trio_deadline_passed_;
    scope->text = NULL;
    scope->canceller = 0;
    scope->place = NULL;
    scope->kind = (uint8_t)kind;
    scope->source = TRIO_CANCEL_NONE;
    scope->open = true;
    scope->effective = false;
    scope->shield = false;
    scope->caught = false;
    scope->had_cancel = false;
    scope->armed = false;
}

static inline void trio_scope_link_(struct trio_cancel_scope *scope,
                                    struct trio_cancel_scope *parent)
{
    struct trio_cancel_scope *first = parent->children;

    scope->parent = parent;
    if (first == NULL) {
        parent->children = scope;
        scope->next = scope;
        scope->previous = scope;
        return;
    }
    scope->next = first;
    scope->previous = first->previous;
    first->previous->next = scope;
    first->previous = scope;
}

static inline void trio_scope_unlink_(struct trio_cancel_scope *scope)
{
    struct trio_cancel_scope *parent = scope->parent;

    if (scope->next == scope) {
        parent->children = NULL;
        return;
    }
    if (parent->children == scope)
        parent->children = scope->next;
    scope->next->previous = scope->previous;
    scope->previous->next = scope->next;
}

// Whether a cancellation from outside is visible in the scope.
static inline bool
trio_scope_sees_outside_(const struct trio_run *run,
                         const struct trio_cancel_scope *scope)
{
    if (scope->parent == NULL || !scope->parent->effective)
        return false;
    return !scope->shield || run->deadlocked; // S10
}

// The innermost scope must lie in a frame that still exists. Scopes elsewhere,
// in the heap or in a sanitizer's stack, are left to the other nets.
static inline void trio_scope_frame_check_(struct trio_task *task,
                                           const void *frame)
{
    uintptr_t base = (uintptr_t)task->stack.memory.base;
    uintptr_t scope = (uintptr_t)task->scope;

    if (UNLIKELY(task->scope->task != task))
        trio_scope_taken_(task);
    if (UNLIKELY(scope - base < task->stack.memory.size &&
                 scope < (uintptr_t)frame))
        trio_misuse_at_("a function returned with a scope open", task->scope,
                        task->scope_place);
}

// What is closed must be the innermost scope.
static inline void
trio_scope_close_check_(struct trio_task *task,
                        const struct trio_cancel_scope *scope)
{
    if (UNLIKELY(task->scope != scope))
        trio_scope_misnested_(task, scope);
}

#endif // TRIO_CORE_SCOPE_H
