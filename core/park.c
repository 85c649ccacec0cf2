// Parking and waking: every wait in the library comes through here.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A task is parked exactly while `task->park` points to a record in the frame
// of its park. Whatever ends the wait, a wake or a cancellation that was agreed
// to, clears that pointer first. So there is one winner, decided at that
// moment, not when the task runs: a wake that came first is delivered even if
// the task is cancelled before it runs (S15), and a wake that comes second
// finds nobody.

#include "core/base.h"
#include "core/cancel.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/park.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"

void trio_task_ready_(struct trio_run *run, struct trio_task *task,
                      trio_status result)
{
    task->park = NULL;
    if (task->waiters != NULL)
        trio_waiters_leave_(task);
    task->result = result;
    if (UNLIKELY(result == TRIO_ECANCELED))
        trio_ignore(trio_cancel_given_(run, task));
    trio_note_(run, TRIO_NOTE_WAKE, task, NULL, result);
    trio_make_ready_(run, task);
}

bool trio_abort_(struct trio_run *run, struct park *park)
{
    struct trio_task *current = run->current;
    struct trio_task *lender = run->lender;

    if (park->abort == NULL)
        return true;
    run->current = NULL; // S8: it must not do what a task does.
    run->lender = current != NULL ? current : lender;
    bool agreed = park->abort(park->task, park->arg);
    run->current = current;
    run->lender = lender;
    if (UNLIKELY(agreed && park->task->park != park))
        trio_misuse_at_("an abort function agreed and woke its task, too",
                        park->task, NULL);
    return agreed;
}

void trio_park_observed_(struct trio_run *run, struct park *park)
{
    trio_note_tell_(run, TRIO_NOTE_PARK, park->task, park->object,
                    park->wait->verb, park->wait->access);
}

trio_status trio_park(const struct trio_wait *wait, const void *object,
                      bool (*abort)(struct trio_task *task, void *arg),
                      void *arg)
{
    struct trio_run *run = trio_run_current_();
    struct park park = {.task = trio_task_current_(run),
                        .wait = wait,
                        .object = object,
                        .abort = abort,
                        .arg = arg,
                        .place = TRIO_CALLER()};
    return trio_park_(run, &park);
}

trio_status trio_park_shielded(const struct trio_wait *wait, const void *object)
{
    struct trio_run *run = trio_run_current_();
    struct park park = {.task = trio_task_current_(run),
                        .wait = wait,
                        .object = object,
                        .place = TRIO_CALLER(),
                        .shielded = true};
    return trio_park_(run, &park);
}

void trio_wake(struct trio_task *task, trio_status result)
{
    struct trio_run *run = trio_run_current_();

    if (UNLIKELY(task->park == NULL))
        trio_misuse_at_("woke a task that is not parked", task, NULL);
    if (UNLIKELY(task->park->run != run))
        trio_misuse_at_("woke a task of another run", task, NULL);
    if (UNLIKELY(task->park->own))
        trio_misuse_at_("woke a task that sleeps or waits for a nursery or a "
                        "handle",
                        task, NULL);
    trio_task_ready_(run, task, result);
}

bool trio_task_is_parked(const struct trio_task *task)
{
    return task->park != NULL;
}

static inline trio_status yield(struct trio_run *run, struct trio_task *task)
{
    task->result = TRIO_OK;
    trio_make_ready_(run, task);
    return trio_suspend_(run, task);
}

void trio_yield_(struct trio_run *run, struct trio_task *task)
{
    yield(run, task);
}

// S16: also what is cancelled lets others have their turn.
__attribute__((noinline)) trio_status
trio_yield_cancelled_(struct trio_run *run, struct trio_task *task)
{
    yield(run, task);
    return trio_cancel_given_(run, task);
}

trio_status trio_checkpoint(void)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(run, task);
    task->at_checkpoint = true; // S13: its turn may bring a cancellation.
    return yield(run, task);
}

trio_status trio_checkpoint_if_cancelled(void)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(run, task);
    return TRIO_OK;
}

void trio_cancel_shielded_checkpoint(void)
{
    struct trio_run *run = trio_run_current_();
    yield(run, trio_task_current_(run));
}

void trio_touch(const void *object, enum trio_access access)
{
    struct trio_run *run = trio_run_current_();
    trio_note_(run, TRIO_NOTE_TOUCH, run->current, object, access);
}
