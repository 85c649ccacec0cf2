// A semaphore is a number and the lot of those who wait, under one invariant:
//
//     permits > 0 implies that nobody waits.
//
// So release never adds a permit while a task waits: it hands the permit over,
// and the waiter returns from its park holding it. Were the permit put back
// instead, a task that arrives between the wake and the waiter's turn could
// take it, and a steady stream of arrivals would starve the waiter.
//
// A waiter that is cancelled after it was handed the permit, but before it ran,
// keeps it: a task that was unparked has succeeded (S15, S41), and learns of
// the cancellation at its next checkpoint. No permit is lost.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/semaphore.h>

#include "core/operation.h"

static const struct trio_wait acquire_wait = {.verb = "acquire",
                                              .access = TRIO_ACCESS_ACQUIRE};

static inline bool take(struct trio_run *run, struct trio_semaphore *semaphore)
{
    trio_touch_(run, semaphore, TRIO_ACCESS_ACQUIRE);
    if (semaphore->permits == 0)
        return false;
    TRIO_ASSERT(semaphore->lot.first == NULL);
    semaphore->permits--;
    return true;
}

trio_status trio_semaphore_acquire(struct trio_semaphore *semaphore)
{
    struct trio_task *task = trio_task_here_();

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);
    if (take(task->run, semaphore))
        return trio_yield_with_(task->run, task, TRIO_OK); // S14
    return trio_park_in_(task, &semaphore->lot, &acquire_wait, semaphore,
                         false);
}

bool trio_semaphore_try_acquire(struct trio_semaphore *semaphore)
{
    return take(trio_run_current_(), semaphore);
}

void trio_semaphore_release(struct trio_semaphore *semaphore)
{
    struct trio_run *run = trio_run_current_();

    trio_touch_(run, semaphore, TRIO_ACCESS_RELEASE);
    if (trio_unpark_one_(run, &semaphore->lot) != NULL)
        return; // The permit is the waiter's now.
    if (semaphore->maximum != 0 && semaphore->permits >= semaphore->maximum)
        trio_misuse("released a semaphore above its maximum", semaphore);
    TRIO_ASSERT(semaphore->permits < SIZE_MAX);
    semaphore->permits++;
}

struct trio_semaphore_statistics
trio_semaphore_statistics(const struct trio_semaphore *semaphore)
{
    return (struct trio_semaphore_statistics){
        semaphore->permits, semaphore->maximum,
        trio_parking_lot_count(&semaphore->lot)};
}
