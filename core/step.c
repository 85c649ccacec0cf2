// Whose turn it is: from one task straight to the next, or back to the loop.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A task that gives up its turn knows who is next: the snapshot of this pass
// says so. It switches there without a detour. At the end of a snapshot the
// next pass follows at once if nothing asks for the loop: no poll is due, no
// deadline, no entry, and somebody is ready. That is what makes a yield cost
// little more than a switch.
//
// A run whose order is chosen by a scheduler, or whose clock is virtual, goes
// through the loop every time (`quick` is false).

#include "core/internal.h"

static bool next_pass_needs_the_loop(const struct trio_run *run)
{
    return !run->quick || run->steps >= run->poll_before ||
           (run->timers != NULL && run->timers->key <= run->now) ||
           trio_entries_waiting_(run);
}

// Returns the task to go on with, NULL for the loop.
static struct trio_task *next_task(struct trio_run *run)
{
    struct trio_task *task = trio_queue_pop_(&run->batch);

    if (LIKELY(task != NULL) || next_pass_needs_the_loop(run))
        return task;
    run->batch = run->ready;
    run->ready.first = NULL;
    run->passes++;
    return trio_queue_pop_(&run->batch);
}

static void begin_step(struct trio_run *run, struct trio_task *task)
{
    run->current = task;
    run->steps++;
    run->now_is_fresh = false;
    trio_note_(run, TRIO_NOTE_STEP_BEGIN, task, NULL, (int64_t)run->passes);
}

// The context of a task that is about to run; a fresh one gets its stack now.
static void *context_of(struct trio_run *run, struct trio_task *task)
{
    if (UNLIKELY(task->context == NULL))
        trio_task_make_context_(run, task);
    return task->context;
}

void trio_suspend_(struct trio_run *run, struct trio_task *task)
{
    uint64_t control = 0;

    trio_note_(run, TRIO_NOTE_STEP_END, task, NULL, 0);
    struct trio_task *next = run->quick ? next_task(run) : NULL;
    if (next == task) {
        begin_step(run, task);
        return;
    }
    if (UNLIKELY(task->keep_fp)) {
        control = trio_fp_control_save_();
        trio_fp_control_load_(run->fp_control);
    }
    if (next != NULL) {
        void *target = context_of(run, next);
        begin_step(run, next);
        trio_annotate_leave(&task->stack.annotation, &next->stack.annotation, false);
        trio_context_switch_(&task->context, target);
    } else {
        run->current = NULL;
        trio_annotate_leave(&task->stack.annotation, &run->annotation, false);
        trio_context_switch_(&task->context, run->context);
    }
    trio_annotate_arrive(&task->stack.annotation);
    if (UNLIKELY(task->keep_fp))
        trio_fp_control_load_(control);
}

void trio_step_(struct trio_run *run, struct trio_task *task)
{
    void *target = context_of(run, task);

    begin_step(run, task);
    trio_annotate_leave(&run->annotation, &task->stack.annotation, false);
    trio_context_switch_(&run->context, target);
    trio_annotate_arrive(&run->annotation);
    run->now_is_fresh = false;
}

// Decides what runs after a task has ended, on the stack that it leaves. If the
// next task is fresh it may have that stack, as it is: then it is returned, and
// no switch is needed. Else there is no return, and the stack cannot be given
// back by who stands on it: it is kept as the spare.
struct trio_task *trio_step_after_end_(struct trio_run *run,
                                       struct own_stack stack)
{
    struct trio_task *next = run->quick ? next_task(run) : NULL;
    struct trio_annotation *target_annotation = &run->annotation;
    void *target = run->context;
    void *nowhere;

    run->current = NULL;
    if (next != NULL) {
        if (next->context == NULL &&
            trio_stack_adopt_(run, &next->stack, &stack)) {
            begin_step(run, next);
            return next;
        }
        target = context_of(run, next);
        target_annotation = &next->stack.annotation;
        begin_step(run, next);
    }
    trio_stack_retire_(run, &stack);
    trio_annotate_leave(&stack.annotation, target_annotation, true);
    trio_context_switch_(&nowhere, target);
    __builtin_unreachable();
}
