// Whose turn it is: from one task straight to the next.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A task that gives up its turn knows who is next: the snapshot of this pass
// says so. It switches there without a detour. At the end of a snapshot the
// next pass follows at once if nothing asks for the loop: no poll is due, no
// deadline, no entry, and somebody is ready. That is what makes a yield cost
// little more than a switch.
//
// A run whose order is chosen by a scheduler, or whose clock is virtual, goes
// through the loop for each pass (`quick` is false, and a poll always due).
//
// All of this is inlined into the functions that park, and the switch is the
// last thing they do: it becomes a jump. With calls in between, every one of
// them would return on another stack than it was called on, and the CPU, which
// expects returns to match calls, would be wrong about each.

#ifndef TRIO_CORE_STEP_H
#define TRIO_CORE_STEP_H

#include <trio/status.h>

#include "core/arch/annotate.h"
#include "core/arch/context.h"
#include "core/entry.h"
#include "core/note.h"
#include "core/park.h"
#include "core/run.h"
#include "core/task.h"
#include "core/task_queue.h"

// ---- step.c ----
TRIO_MUST_USE trio_status trio_suspend_slowly_(struct trio_run *run,
                                               struct trio_task *task,
                                               struct trio_task *next);

// ---- The quick parts ----

static inline bool trio_loop_is_needed_(const struct trio_run *run)
{
    return run->steps >= run->poll_before || run->due <= run->now ||
           trio_entries_waiting_(run);
}

// The snapshot says who comes after the next one: what a switch to it will
// touch is fetched meanwhile, the descriptor one step ahead of the stack.
static inline void trio_fetch_ahead_(const struct trio_task *task)
{
    if (task == NULL)
        return;
    __builtin_prefetch(task->context);
    __builtin_prefetch(task->next);
}

// Returns the task to go on with, NULL for the loop.
static inline struct trio_task *trio_next_task_(struct trio_run *run)
{
    struct trio_task *task = trio_list_pop_(&run->batch);
    if (task != NULL) {
        trio_fetch_ahead_(run->batch);
        return task;
    }
    if (trio_loop_is_needed_(run))
        return NULL;
    run->batch = trio_queue_take_(&run->ready);
    run->passes++;
    return trio_list_pop_(&run->batch);
}

static inline void trio_begin_step_unseen_(struct trio_run *run,
                                           struct trio_task *task)
{
    run->current = task;
    run->steps++;
    task->at_checkpoint = false;
}

static inline void trio_begin_step_(struct trio_run *run,
                                    struct trio_task *task)
{
    trio_begin_step_unseen_(run, task);
    trio_note_(run, TRIO_NOTE_STEP_BEGIN, task, NULL, (int64_t)run->passes);
}

// The context of a task that is about to run; a fresh one gets its stack now.
static inline void *trio_context_of_(struct trio_run *run,
                                     struct trio_task *task)
{
    if (UNLIKELY(task->context == NULL))
        trio_task_make_context_(run, task);
    return task->context;
}

// From the loop to a task, and back when nobody follows it.
static inline void trio_step_(struct trio_run *run, struct trio_task *task)
{
    void *target = trio_context_of_(run, task);

    trio_begin_step_(run, task);
    trio_annotate_leave(&run->annotation, &task->stack.annotation, false);
    trio_context_switch_(&run->context, target, task->result);
    trio_annotate_arrive(&run->annotation);
}

// Gives up the current task's turn without a note.
TRIO_MUST_USE static inline trio_status
trio_suspend_unseen_(struct trio_run *run, struct trio_task *task)
{
    struct trio_task *next = trio_next_task_(run);

    if (UNLIKELY(TRIO_ANNOTATED || next == NULL || next == task ||
                 next->context == NULL || task->keep_fp))
        return trio_suspend_slowly_(run, task, next);
    trio_begin_step_unseen_(run, next);
    return (trio_status)trio_context_switch_(&task->context, next->context,
                                             next->result);
}

// Gives up the current task's turn; returns, when it has its next one, the
// result that it was made ready with.
TRIO_MUST_USE static inline trio_status trio_suspend_(struct trio_run *run,
                                                      struct trio_task *task)
{
    if (UNLIKELY(run->observed))
        return trio_suspend_slowly_(run, task, trio_next_task_(run));
    return trio_suspend_unseen_(run, task);
}

// Lets others have their turn, and returns `result` after it.
TRIO_MUST_USE static inline trio_status trio_yield_with_(struct trio_run *run,
                                                         struct trio_task *task,
                                                         trio_status result)
{
    task->result = result;
    trio_queue_push_(&run->ready, task);
    if (UNLIKELY(run->observed))
        return trio_yield_observed_(run, task);
    return trio_suspend_unseen_(run, task);
}

// Parks a task whose record is filled in, until it is made ready.
TRIO_MUST_USE static inline trio_status trio_park_(struct trio_run *run,
                                                   struct trio_task *task)
{
    task->park.since = run->now;
    if (UNLIKELY(run->observed || task->cancelled))
        return trio_park_seen_(run, task);
    return trio_suspend_unseen_(run, task);
}

#endif // TRIO_CORE_STEP_H
