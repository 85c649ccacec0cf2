// Scopes: opening and closing. The quick parts are inlined where that happens.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_SCOPE_H
#define TRIO_CORE_SCOPE_H

#include <stdint.h>
#include <trio/cancel_scope.h>
#include <trio/status.h>

#include "core/base.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/run.h"
#include "core/task.h"
#include "core/timer.h"

// What a scope is part of: decides what its close does.
enum scope_kind {
    SCOPE_PLAIN,
    SCOPE_MOVE_ON,
    SCOPE_FAIL,
    SCOPE_SHIELD,
    SCOPE_NURSERY, // The first member of a nursery.
    SCOPE_START,   // Of a call of trio_nursery_start; holds its task.
    SCOPE_TASK,    // The outermost of a task.
    SCOPE_ROOT     // Of the run.
};

// ---- cancel_current.c ----
// The earliest deadline that ends a wait in a scope; S30. The run's time.
trio_time trio_scope_deadline_(const struct trio_cancel_scope *scope);

// ---- cancel_scope.c, cancel_handle.c ----
void trio_deadline_passed_(struct trio_timer *timer);
__attribute__((noreturn, cold)) void
trio_scope_misnested_(struct trio_task *task,
                      const struct trio_cancel_scope *scope);
__attribute__((noreturn, cold)) void
trio_scope_taken_(const struct trio_task *task);
TRIO_MUST_USE trio_status
trio_scope_close_slowly_(struct trio_run *run, struct trio_task *task,
                         struct trio_cancel_scope *scope, trio_status rc);
bool trio_scope_absorb_(struct trio_run *run, struct trio_cancel_scope *scope);
void trio_handle_clear_(struct trio_cancel_scope *scope);

// ---- The quick parts ----

// What it was cancelled for, and its timer, are filled in if it comes to that.
static inline void trio_scope_init_(struct trio_cancel_scope *scope,
                                    enum scope_kind kind,
                                    struct trio_task *task)
{
    scope->children = NULL;
    scope->task = task;
    scope->handle = NULL;
    scope->timer.deadline = TRIO_FOREVER;
    scope->place = NULL;
    scope->kind = (uint8_t)kind;
    scope->effective = false;
    scope->shield = kind == SCOPE_SHIELD;
    scope->armed = false;
    scope->open = true;
    scope->source = TRIO_CANCEL_NONE;
    scope->caught = false;
    scope->had_cancel = false;
}

static inline void trio_scope_arm_(struct trio_run *run,
                                   struct trio_cancel_scope *scope,
                                   trio_time deadline)
{
    scope->timer.expire = trio_deadline_passed_;
    scope->armed = true;
    trio_timer_arm_(run, &scope->timer, deadline);
}

static inline void trio_scope_link_(struct trio_cancel_scope *scope,
                                    struct trio_cancel_scope *parent)
{
    struct trio_cancel_scope *first = parent->children;

    scope->parent = parent;
    if (LIKELY(first == NULL)) {
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

    if (LIKELY(scope->next == scope)) {
        parent->children = NULL;
        return;
    }
    if (parent->children == scope)
        parent->children = scope->next;
    scope->next->previous = scope->previous;
    scope->previous->next = scope->next;
}

// Whether a cancellation of the parent is visible inside.
static inline bool trio_scope_lets_in_(const struct trio_run *run,
                                       const struct trio_cancel_scope *parent,
                                       bool shield)
{
    return parent->effective && (!shield || run->deadlocked); // S10
}

// Whether a cancellation from outside is visible in the scope.
static inline bool
trio_scope_sees_outside_(const struct trio_run *run,
                         const struct trio_cancel_scope *scope)
{
    return scope->parent != NULL &&
           trio_scope_lets_in_(run, scope->parent, scope->shield);
}

// The innermost scope must lie in a frame that still exists. Scopes elsewhere,
// in the heap or in a sanitizer's stack, are left to the other nets.
static inline void trio_scope_frame_check_(struct trio_task *task,
                                           const void *frame)
{
    uintptr_t base = (uintptr_t)task->stack.memory.base;
    uintptr_t scope = (uintptr_t)task->scope;

    if (UNLIKELY(scope < (uintptr_t)frame &&
                 scope - base < task->stack.memory.size))
        trio_misuse_at_("a function returned with a scope or nursery open",
                        task->scope, task->scope_place);
    // In a frame that is gone a scope may say anything: so this comes second.
    if (UNLIKELY(task->scope->task != task))
        trio_scope_taken_(task);
}

// In a task: see trio_run_in_task_.
QUICK void trio_scope_open_(struct trio_run *run,
                            struct trio_cancel_scope *scope,
                            enum scope_kind kind, trio_time deadline,
                            struct caller caller)
{
    struct trio_task *task = run->current;
    struct trio_cancel_scope *parent = task->scope;

    trio_scope_frame_check_(task, caller.frame);
    // A loop that left out the close, or a function at the same place again.
    if (UNLIKELY(parent == scope))
        trio_misuse_at_("opened a scope that is open", scope,
                        task->scope_place);
    trio_scope_link_(scope, parent);
    trio_scope_init_(scope, kind, task);
    scope->place = caller.place;
    task->scope = scope;
    task->scope_place = caller.place;
    if (UNLIKELY(parent->effective)) {
        scope->effective = trio_scope_lets_in_(run, parent, scope->shield);
        task->cancelled = scope->effective;
    }
    if (LIKELY(deadline != TRIO_FOREVER))
        trio_scope_arm_(run, scope, deadline);
    trio_note_(run, TRIO_NOTE_SCOPE_OPEN, task, scope,
               kind != SCOPE_SHIELD && kind != SCOPE_START &&
                   kind != SCOPE_NURSERY);
}

// What is closed must be the innermost scope.
static inline void
trio_scope_close_check_(struct trio_task *task,
                        const struct trio_cancel_scope *scope)
{
    if (UNLIKELY(task->scope != scope))
        trio_scope_misnested_(task, scope);
}

static inline void trio_scope_leave_(struct trio_task *task,
                                     struct trio_cancel_scope *scope)
{
    struct trio_cancel_scope *parent = scope->parent;

    scope->open = false;
    scope->armed = false;
    trio_scope_unlink_(scope);
    task->scope = parent;
    task->scope_place = parent->place;
    task->cancelled = parent->effective;
    if (!task->cancelled)
        task->ignored = 0;
}

// Most scopes end well before the loop looks at their deadlines, and nobody has
// learnt of them: then there is nothing to call.
TRIO_MUST_USE static inline trio_status
trio_scope_close_(struct trio_run *run, struct trio_task *task,
                  struct trio_cancel_scope *scope, trio_status rc)
{
    TRIO_ASSERT(scope->children == NULL);
    if (UNLIKELY(rc != TRIO_OK || scope->had_cancel || scope->handle != NULL ||
                 trio_is_told_(run, TRIO_NOTE_SCOPE_CLOSE) ||
                 (scope->armed && !trio_timer_is_fresh_(&scope->timer))))
        return trio_scope_close_slowly_(run, task, scope, rc);
    if (LIKELY(scope->armed))
        trio_timer_take_fresh_(&scope->timer);
    trio_scope_leave_(task, scope);
    return TRIO_OK;
}

#endif // TRIO_CORE_SCOPE_H
