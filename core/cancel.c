// Cancellation is a level, and every scope knows it: one bit, kept true.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     effective = it was cancelled itself
//              or its parent is effective and it has no shield
//              or it holds the task of a trio_nursery_start, and the nursery
//                 that the task is to go to is effective
//
// A checkpoint reads that bit and nothing else, at any depth. Whatever changes
// a term of it calls trio_scope_refresh_, which walks down only where the bit
// flips. Parked tasks that it reaches go on at once, in its order, down to the
// first that has an abort function. From there on they are listed, and told
// after the walk: abort functions may call back into here, and then find a tree
// in order. A nested call only adds to the list that the outer one is working
// off.
//
// Nothing in here allocates or recurses.

#include "core/base.h"
#include "core/cancel.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/park.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/start.h"
#include "core/task.h"
#include "core/timer.h"

struct trio_cancel_scope *trio_scope_next_(const struct trio_cancel_scope *top,
                                           struct trio_cancel_scope *scope,
                                           bool descend)
{
    if (descend && scope->children != NULL)
        return scope->children;
    while (scope != top && scope->next == scope->parent->children)
        scope = scope->parent;
    return scope == top ? NULL : scope->next;
}

static bool is_effective(const struct trio_run *run,
                         struct trio_cancel_scope *scope)
{
    if (scope->source != TRIO_CANCEL_NONE ||
        trio_scope_sees_outside_(run, scope))
        return true;
    if (scope->kind != SCOPE_START)
        return false;
    return CONTAINER_OF(scope, struct trio_start_, scope)
        ->target->scope.effective;
}

// The tasks of trio_nursery_start hang elsewhere in the tree.
static void list_starts(struct trio_run *run, struct trio_nursery *nursery)
{
    for (struct trio_start_ *start = nursery->starts; start != NULL;
         start = start->next) {
        if (start->queued)
            continue;
        start->queued = true;
        start->refresh = run->refresh;
        run->refresh = start;
    }
}

static void tell_task(struct trio_run *run, struct trio_task *task,
                      bool cancelled)
{
    struct park *park = &task->park;

    task->cancelled = cancelled;
    // S13: a checkpoint has done nothing that could be lost.
    if (cancelled && task->at_checkpoint) {
        task->at_checkpoint = false;
        task->result = trio_cancel_given_(run, task);
    }
    if (!cancelled || park->wait == NULL || park->shielded || park->aborting)
        return;
    if (UNLIKELY(task->run != run))
        trio_misuse_at_("cancelled a task of another run", task, NULL);
    if (park->abort == NULL && run->told_first == NULL && !run->delivering) {
        trio_task_ready_(run, task, TRIO_ECANCELED);
        return;
    }
    park->aborting = true; // S40: at most once.
    task->next_told = NULL;
    if (run->told_first == NULL)
        run->told_first = task;
    else
        run->told_last->next_told = task;
    run->told_last = task;
}

// Whole crowds of tasks are siblings: what the walk will touch of the next one,
// and of the one after it, is fetched meanwhile. Their stacks are left alone.
static inline void fetch_ahead(const struct trio_cancel_scope *scope)
{
    const struct trio_cancel_scope *next = scope->next;

    if (next->kind != SCOPE_TASK)
        return;
    __builtin_prefetch(next->next);
    __builtin_prefetch(CONTAINER_OF(next->next, struct trio_task, root));
}

static void refresh_below(struct trio_run *run, struct trio_cancel_scope *top)
{
    struct trio_cancel_scope *scope = top;

    while (scope != NULL) {
        if (scope->kind == SCOPE_TASK)
            fetch_ahead(scope);
        bool effective = is_effective(run, scope);
        bool flips = effective != scope->effective;
        if (flips) {
            scope->effective = effective;
            if (scope->kind == SCOPE_NURSERY)
                list_starts(run, (struct trio_nursery *)scope);
            if (scope->task != NULL && scope->task->scope == scope)
                tell_task(run, scope->task, effective);
        }
        // S10: a deadlock is seen through shields that hid what was there.
        scope = trio_scope_next_(top, scope, flips || run->deadlocked);
    }
}

static void deliver(struct trio_run *run)
{
    if (run->delivering)
        return; // The outer call does.
    run->delivering = true;
    while (run->told_first != NULL) {
        struct trio_task *task = run->told_first;
        run->told_first = task->next_told;
        if (!trio_is_parked_(task))
            continue; // An abort function has woken it.
        if (!task->cancelled) {
            task->park.aborting = false; // Or has shielded it.
            continue;
        }
        if (trio_abort_(run, task))
            trio_task_ready_(run, task, TRIO_ECANCELED);
    }
    run->delivering = false;
}

void trio_scope_refresh_(struct trio_run *run, struct trio_cancel_scope *scope)
{
    refresh_below(run, scope);
    while (run->refresh != NULL) {
        struct trio_start_ *start = run->refresh;
        run->refresh = start->refresh;
        start->queued = false;
        refresh_below(run, &start->scope);
    }
    deliver(run);
}

void trio_scope_cancel_(struct trio_run *run, struct trio_cancel_scope *scope,
                        enum trio_cancel_source source, const char *text)
{
    if (scope->source != TRIO_CANCEL_NONE)
        return; // S32: the first reason stays.
    scope->source = (uint8_t)source;
    scope->text = text;
    bool by_task = run->current != NULL && source != TRIO_CANCEL_DEADLINE;
    scope->canceller = by_task ? run->current->number : 0;
    if (scope->armed) {
        trio_timer_disarm_(run, &scope->timer);
        scope->armed = false;
    }
    trio_note_(run, TRIO_NOTE_SCOPE_CANCEL, scope->task, scope,
               (int64_t)source);
    trio_scope_refresh_(run, scope);
}

trio_status trio_cancel_given_(struct trio_run *run, struct trio_task *task)
{
    uint32_t max = run->config.ignored_cancels_max;

    task->given_cancel = true;
    if (++task->ignored == (max == 0 ? 1000 : max))
        trio_note_(run, TRIO_NOTE_CANCEL_IGNORED, task, NULL, task->ignored);
    return TRIO_ECANCELED;
}
