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

#include <trio/run.h>
#include <trio/task.h>

static const struct trio_wait acquire_wait = {.verb = "acquire",
                                              .access = TRIO_ACCESS_ACQUIRE};

trio_status trio_semaphore_acquire(struct trio_semaphore *semaphore)
{
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;

    if (!trio_semaphore_try_acquire(semaphore))
        return trio_parking_lot_park(&semaphore->lot, &acquire_wait, semaphore);

    // S14: shielded, because an error would say that we hold no permit.
    trio_cancel_shielded_checkpoint();
    return TRIO_OK;
}

bool trio_semaphore_try_acquire(struct trio_semaphore *semaphore)
{
    trio_touch(semaphore, TRIO_ACCESS_ACQUIRE);
    if (semaphore->permits == 0)
        return false;
    TRIO_ASSERT(trio_parking_lot_count(&semaphore->lot) == 0);
    semaphore->permits--;
    return true;
}

void trio_semaphore_release(struct trio_semaphore *semaphore)
{
    trio_touch(semaphore, TRIO_ACCESS_RELEASE);
    if (trio_parking_lot_unpark_one(&semaphore->lot))
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
