// Tasks that are given up: all of a realm, and those in their nurseries.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A task that ends in order has undone what it had begun. Of one that is given
// up others still know: a lot, a timer, a nursery, who is to be told. All of
// them are made to forget it, first of all, while everything is in its place.
// That may wake others, also some that are given up; so only then are those
// taken out of the queues. Then they end, one by one, and last of all, when
// nothing points there any more, their stacks go.
//
// A caller that is one of them goes on for a while, inside nurseries of tasks
// that are given up, too. Those end after it, when it leaves.

#include "core/arch/annotate.h"
#include "core/arch/context.h"
#include "core/base.h"
#include "core/cancel.h"
#include "core/error.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/nursery.h"
#include "core/park.h"
#include "core/queues.h"
#include "core/run.h"
#include "core/scope.h"
#include "core/stack.h"
#include "core/start.h"
#include "core/task.h"
#include "core/task_queue.h"
#include "core/timer.h"
#include "core/waiters.h"

// ---- Who it is ----

static struct trio_start_ *start_of(struct trio_cancel_scope *scope)
{
    return CONTAINER_OF(scope, struct trio_start_, scope);
}

// Whether a scope is one of an abandoned task; those of the run are nobody's.
static bool is_lost(const struct trio_cancel_scope *scope)
{
    return scope->task != NULL && scope->task->abandoned;
}

static bool goes_with(const struct trio_cancel_scope *root)
{
    struct trio_cancel_scope *outer = root->parent;

    return outer->kind == SCOPE_START ? start_of(outer)->caller->abandoned
                                      : is_lost(outer);
}

// Parents come first.
static void mark(struct trio_run *run, const void *realm)
{
    struct trio_cancel_scope *scope = &run->root;

    for (; scope != NULL; scope = trio_scope_next_(&run->root, scope, true)) {
        struct trio_task *task = scope->task;
        if (scope->kind != SCOPE_TASK)
            continue;
        task->abandoned |=
            (realm != NULL && task->realm == realm) || goes_with(scope);
    }
}

// ---- Others forget it ----

static void leave_start(struct trio_run *run, struct trio_start_ *start)
{
    if (start->caller->abandoned)
        trio_start_abandoned_(run, start);
    else if (is_lost(&start->target->scope))
        trio_misuse_at_("a task is to be started in a nursery of one that is "
                        "given up",
                        start->target, start->target->scope.place);
}

static void run_hooks(struct trio_task *task)
{
    while (task->losses != NULL) {
        struct trio_task_exit *node = task->losses;
        task->losses = node->next;
        node->fn(node);
    }
}

static void leave_wait(struct trio_run *run, struct trio_task *task)
{
    if (trio_is_parked_(task)) {
        task->park.aborting = true;
        trio_abort_(run, task);
    }
    trio_waiters_leave_(task);
    task->park.wait = NULL;
}

static void leave_all(struct trio_run *run, const struct trio_task *but)
{
    struct trio_cancel_scope *scope = &run->root;

    for (; scope != NULL; scope = trio_scope_next_(&run->root, scope, true)) {
        if (scope->kind == SCOPE_START)
            leave_start(run, start_of(scope));
        if (scope->kind != SCOPE_TASK || !is_lost(scope) || scope->task == but)
            continue;
        leave_wait(run, scope->task);
        run_hooks(scope->task);
    }
}

// ---- The end ----

static void give_errors(struct trio_run *run, struct trio_error *error)
{
    while (error != NULL) {
        struct trio_error *next = error->next;
        trio_error_give_(run, error);
        error = next;
    }
}

static void end_scope(struct trio_run *run, struct trio_task *task,
                      struct trio_cancel_scope *scope)
{
    if (scope->armed)
        trio_timer_disarm_(run, &scope->timer);
    scope->armed = false;
    if (scope->handle != NULL)
        trio_handle_clear_(scope);
    if (scope->kind == SCOPE_NURSERY)
        give_errors(run, ((struct trio_nursery *)scope)->errors);
    if (scope != &task->root)
        trio_note_(run, TRIO_NOTE_SCOPE_CLOSE, task, scope, TRIO_EABANDONED);
    scope->open = false;
}

static void end_scopes(struct trio_run *run, struct trio_task *task)
{
    struct trio_cancel_scope *scope = task->scope;

    for (; scope != &task->root; scope = scope->parent)
        end_scope(run, task, scope);
    end_scope(run, task, scope);
    trio_scope_unlink_(&task->root);
}

// As if its function had returned TRIO_OK.
static void tell_outside(struct trio_run *run, struct trio_task *task)
{
    task->root.had_cancel = false;
    if (task->start == NULL) {
        if (!is_lost(task->root.parent))
            trio_nursery_child_ended_(run, task, TRIO_OK, NULL);
    } else if (!task->start->caller->abandoned) {
        trio_start_ended_(run, task, TRIO_OK, NULL);
    }
}

static void end(struct trio_run *run, struct trio_task *task)
{
    end_scopes(run, task);
    give_errors(run, task->errors);
    if (task->reserve == NULL)
        task->reserve = trio_pool_take_free_(&run->errors);
    trio_note_(run, TRIO_NOTE_TASK_EXIT, task, NULL, TRIO_EABANDONED);
    tell_outside(run, task);
    run->tasks_living--;
}

static void give_stack(struct trio_run *run, struct own_stack *stack)
{
    const struct trio_memory *memory = &run->config.memory;

    if (stack->memory.base == NULL) {
        trio_stack_unpromise_(run, stack->class_size);
        return;
    }
    trio_annotate_destroy(&stack->annotation);
    trio_annotate_clear(stack->memory.base, stack->memory.size);
    memory->stack_give(memory->context, stack->memory);
}

// Whether a task is inside of what another one has opened, or is that one.
static bool is_inside(struct trio_task *inner, const struct trio_task *outer)
{
    struct trio_cancel_scope *scope = &inner->root;

    for (; scope != NULL; scope = scope->parent)
        if (scope->kind == SCOPE_START ? start_of(scope)->caller == outer
                                       : scope->task == outer)
            return true;
    return false;
}

// All that are given up, children before their parents. Without those around a
// task that goes on, nor that one; NULL: there is none.
static struct trio_task *collect(struct trio_run *run, struct trio_task *but)
{
    struct trio_cancel_scope *scope = &run->root;
    struct trio_task *all = NULL;

    for (; scope != NULL; scope = trio_scope_next_(&run->root, scope, true)) {
        if (scope->kind != SCOPE_TASK || !is_lost(scope) ||
            (but != NULL && is_inside(but, scope->task)))
            continue;
        scope->task->next = all;
        all = scope->task;
    }
    return all;
}

static bool is_over(const struct trio_run *run, const struct trio_task *task)
{
    (void)run;
    return task->abandoned;
}

// Nobody knows of those that are marked any more, but for `caller`.
static void be_forgotten(struct trio_run *run, const struct trio_task *caller)
{
    struct queue nowhere = {NULL, NULL};

    leave_all(run, caller);
    trio_queues_move_(run, is_over, &nowhere);
    trio_queue_move_(run, &run->held, is_over, &nowhere);
}

// Ends them all; the caller's stack, if it is one of them, is still in use.
static void end_all(struct trio_run *run, struct trio_task *all,
                    const struct trio_task *caller)
{
    struct trio_task *task;

    for (task = all; task != NULL; task = task->next)
        end(run, task);
    while ((task = trio_list_pop_(&all)) != NULL) {
        if (task == caller)
            continue;
        give_stack(run, &task->stack);
        trio_list_push_(&run->dead, task);
    }
}

// ---- The caller ----

static struct trio_task *check(struct trio_run *run, const char *function)
{
    struct trio_task *task = trio_task_for_(run, function);

    TRIO_ASSERT(run->shown == NULL && !run->delivering);
    return task;
}

bool trio_realm_abandon(void *realm)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = check(run, __func__);

    if (realm == NULL)
        trio_misuse_at_("gave up the tasks of no realm", NULL, NULL);
    mark(run, realm);
    be_forgotten(run, task);
    end_all(run, collect(run, task), task);
    return task->abandoned;
}

void trio_task_abandon(void)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = check(run, __func__);

    task->abandoned = true;
    mark(run, NULL);
    be_forgotten(run, task);
    run_hooks(task);
    end_all(run, collect(run, NULL), task);
    trio_note_(run, TRIO_NOTE_STEP_END, task, NULL, 0);
    if (task->keep_fp)
        trio_fp_control_load_(run->fp_control);
    struct own_stack stack = task->stack;
    trio_list_push_(&run->dead, task);
    run->current = NULL;
    trio_stack_retire_(run, &stack);
    trio_annotate_leave(&run->spare.annotation, &run->annotation, true);
    trio_context_leave_(run->context, 0);
    __builtin_unreachable();
}
