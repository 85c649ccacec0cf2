// Parking and waking: every wait in the library comes through here.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A task is parked exactly while `task->park.wait` says what for. Whatever ends
// the wait, a wake or a cancellation that was agreed to, clears that first. So
// there is one winner, decided at that moment, not when the task runs: a wake
// that came first is delivered even if the task is cancelled before it runs
// (S15), and a wake that comes second finds nobody.

#include "core/base.h"
#include "core/cancel.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/park.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"
#include "core/waiters.h"

void trio_task_ready_(struct trio_run *run, struct trio_task *task,
                      trio_status result)
{
    task->park.wait = NULL;
    if (task->waiters != NULL)
        trio_waiters_leave_(task);
    task->result = result;
    if (UNLIKELY(result == TRIO_ECANCELED))
        trio_ignore(trio_cancel_given_(run, task));
    trio_note_(run, TRIO_NOTE_WAKE, task, NULL, result);
    trio_make_ready_(run, task);
}

bool trio_abort_(struct trio_run *run, struct trio_task *task)
{
    const struct park *park = &task->park;
    struct trio_task *current = run->current;
    struct trio_task *lender = run->lender;

    if (park->abort == NULL)
        return true;
    run->current = NULL; // S8: it must not do what a task does.
    run->lender = current != NULL ? current : lender;
    bool agreed = park->abort(task, park->arg);
    run->current = current;
    run->lender = lender;
    if (UNLIKELY(agreed && !trio_is_parked_(task)))
        trio_misuse_at_("an abort function agreed and woke its task, too", task,
                        NULL);
    return agreed;
}

void trio_park_observed_(struct trio_run *run, struct trio_task *task)
{
    const struct park *park = &task->park;

    trio_note_tell_(run, TRIO_NOTE_PARK, task, park->object, park->wait->verb,
                    park->wait->access);
}

trio_status trio_park(const struct trio_wait *wait, const void *object,
                      bool (*abort)(struct trio_task *task, void *arg),
                      void *arg)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);

    task->park = (struct park){.wait = wait,
                               .object = object,
                               .abort = abort,
                               .arg = arg,
                               .place = TRIO_CALLER()};
    return trio_park_(run, task);
}

trio_status trio_park_shielded(const struct trio_wait *wait, const void *object)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);

    task->park = (struct park){.wait = wait,
                               .object = object,
                               .place = TRIO_CALLER(),
                               .shielded = true};
    return trio_park_(run, task);
}

void trio_wake(struct trio_task *task, trio_status result)
{
    struct trio_run *run = trio_run_current_();

    if (UNLIKELY(!trio_is_parked_(task)))
        trio_misuse_at_("woke a task that is not parked", task, NULL);
    if (UNLIKELY(task->run != run))
        trio_misuse_at_("woke a task of another run", task, NULL);
    if (UNLIKELY(task->park.own))
        trio_misuse_at_("woke a task that sleeps or waits for a nursery or a "
                        "handle",
                        task, NULL);
    trio_task_ready_(run, task, result);
}

bool trio_task_is_parked(const struct trio_task *task)
{
    return trio_is_parked_(task);
}

static __attribute__((noinline)) trio_status
yield_observed(struct trio_run *run, struct trio_task *task)
{
    trio_note_(run, TRIO_NOTE_TASK_READY, task, NULL, 0);
    return trio_suspend_(run, task);
}

static inline trio_status yield(struct trio_run *run, struct trio_task *task)
{
    task->result = TRIO_OK;
    trio_queue_push_(&run->ready, task);
    if (UNLIKELY(run->observed))
        return yield_observed(run, task);
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
