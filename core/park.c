// Parking and waking: every wait in the library comes through here.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A task is parked exactly while `task->park.wait` says what for. Whatever ends
// the wait, a wake or a cancellation that was agreed to, clears that first. So
// there is one winner, decided at that moment, not when the task runs: a wake
// that came first is delivered even if the task is cancelled before it runs
// (S15), and a wake that comes second finds nobody.

#include "core/park.h"
#include "core/base.h"
#include "core/cancel.h"
#include "core/error.h"
#include "core/misuse.h"
#include "core/note.h"
#include "core/operation.h"
#include "core/run.h"
#include "core/step.h"
#include "core/task.h"

void trio_task_ready_(struct trio_run *run, struct trio_task *task,
                      trio_status result)
{
    trio_end_wait_(run, task, result);
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

// Parks under the eyes of an observer, or although it is cancelled.
trio_status trio_park_seen_(struct trio_run *run, struct trio_task *task)
{
    struct park *park = &task->park;

    trio_note_tell_(run, TRIO_NOTE_PARK, task, park->object, park->wait->verb,
                    park->wait->access);
    if (task->cancelled && !park->shielded) {
        park->aborting = true;
        if (trio_abort_(run, task))
            trio_task_ready_(run, task, TRIO_ECANCELED);
    }
    return trio_suspend_(run, task);
}

trio_status trio_park(const struct trio_wait *wait, const void *object,
                      bool (*abort)(struct trio_task *task, void *arg),
                      void *arg)
{
    struct trio_task *task = trio_task_here_();

    task->park = (struct park){
        .wait = wait, .object = object, .abort = abort, .arg = arg};
    return trio_park_(task->run, task);
}

trio_status trio_park_shielded(const struct trio_wait *wait, const void *object)
{
    struct trio_task *task = trio_task_here_();

    task->park =
        (struct park){.wait = wait, .object = object, .shielded = true};
    return trio_park_(task->run, task);
}

void trio_wake_refused_(const struct trio_run *run,
                        const struct trio_task *task)
{
    if (!trio_is_parked_(task))
        trio_misuse_at_("woke a task that is not parked", task, NULL);
    if (task->run != run)
        trio_misuse_at_("woke a task of another run", task, NULL);
    trio_misuse_at_("woke a task that sleeps or waits for a nursery or a "
                    "handle",
                    task, NULL);
}

// A task that waits in a lot does not come back to where it could drop what it
// keeps of an earlier failure.
void trio_wake(struct trio_task *task, trio_status result)
{
    struct trio_run *run = trio_run_current_();

    if (UNLIKELY(trio_is_failure(result) && task->waiters == &task->waiter))
        trio_error_forget_(run, task, result);
    trio_wake_(run, task, result);
}

bool trio_task_is_parked(const struct trio_task *task)
{
    return trio_is_parked_(task);
}

trio_status trio_yield_observed_(struct trio_run *run, struct trio_task *task)
{
    trio_note_(run, TRIO_NOTE_TASK_READY, task, NULL, 0);
    return trio_suspend_(run, task);
}

void trio_yield_(struct trio_run *run, struct trio_task *task)
{
    trio_ignore(trio_yield_with_(run, task, TRIO_OK));
}

// S16: also what is cancelled lets others have their turn.
trio_status trio_yield_cancelled_(struct trio_run *run, struct trio_task *task)
{
    trio_ignore(trio_yield_with_(run, task, TRIO_OK));
    return trio_cancel_given_(run, task);
}

trio_status trio_checkpoint(void)
{
    struct trio_run *run = trio_run_current_();
    struct trio_task *task = trio_task_current_(run);

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(run, task);
    task->at_checkpoint = true; // S13: its turn may bring a cancellation.
    return trio_yield_with_(run, task, TRIO_OK);
}

trio_status trio_checkpoint_if_cancelled(void)
{
    struct trio_task *task = trio_task_here_();

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);
    return TRIO_OK;
}

void trio_cancel_shielded_checkpoint(void)
{
    struct trio_task *task = trio_task_here_();

    trio_ignore(trio_yield_with_(task->run, task, TRIO_OK));
}

void trio_touch(const void *object, enum trio_access access)
{
    trio_touch_(trio_run_current_(), object, access);
}
