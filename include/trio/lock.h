// Locks: one task at a time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_LOCK_H
#define TRIO_LOCK_H

#include <trio/base.h>
#include <trio/parking_lot.h>
#include <trio/status.h>
#include <trio/task.h>

// A `trio_lock` is held by one task at a time. Tasks never run at the same
// time, so it is needed only where what it protects takes several checkpoints.
// It is fair: releasing it makes the task that has waited longest its owner,
// before that task runs, and nobody gets in between.
//
//     static struct trio_lock lock = TRIO_LOCK_INIT;
//
//     trio_status rc = trio_lock_acquire(&lock);
//     if (rc != TRIO_OK)
//         return rc; // we do not hold it
//     rc = fetch(url, &page);
//     trio_lock_release(&lock);
//     return rc;
//
// A task that ends while it holds the lock leaves behind what it was about to
// finish. That breaks the lock: whoever waits for it, then or later, gets
// TRIO_EBROKEN.
//
// Zero is a free lock. The caller owns the storage; it needs no teardown, but
// must outlive every task that waits for it or holds it. Not thread-safe: use
// it from its loop's thread only.
struct trio_lock {
    struct trio_task_exit exit;   // Private. First. Of the owner.
    struct trio_task *owner;      // Private. NULL: free, or broken.
    struct trio_parking_lot lot;  // Private. Tasks that wait for it.
    struct trio_parking_lot away; // Private. Those that wait for a condition.
};

#define TRIO_LOCK_INIT                                                         \
    {                                                                          \
        {NULL, NULL}, NULL, TRIO_PARKING_LOT_INIT, TRIO_PARKING_LOT_INIT       \
    }

struct trio_lock_statistics {
    struct trio_task *owner; // NULL: nobody holds it.
    size_t waiting;          // Tasks that wait for it.
    bool broken;
};

TRIO_BEGIN_DECLS

// Acquires the lock, waiting until it is handed over. Acquiring one that the
// task holds already is misuse.
//
// Checkpoint: always, also if the lock is free.
// Returns: TRIO_OK         the current task holds the lock.
//          TRIO_ECANCELED  an enclosing scope is cancelled; it does not.
//          TRIO_EBROKEN    an owner ended while it held the lock; nobody will
//                          hold it any more.
TRIO_CHECKPOINT trio_status trio_lock_acquire(struct trio_lock *lock);

// Acquires the lock if that needs no waiting; says whether it did. Never for a
// broken lock. Acquiring one that the task holds already is misuse.
//
//     if (!trio_lock_try_acquire(&lock))
//         return TRIO_EBUSY; // Another task is at it.
//     rc = fetch(url, &page);
//     trio_lock_release(&lock);
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_lock_try_acquire(struct trio_lock *lock);

// Hands the lock to the task that has waited longest, or frees it if nobody
// waits. Misuse if the current task does not hold it; but a broken lock can be
// released by anyone, without effect.
//
// Checkpoint: never.
void trio_lock_release(struct trio_lock *lock);

// Reads the lock's statistics.
//
//     if (trio_lock_statistics(&lock).owner == trio_task_current())
//         trio_lock_release(&lock);
//
// Checkpoint: never.
struct trio_lock_statistics trio_lock_statistics(const struct trio_lock *lock);

// Private, for conditions: ends a wait after which the current task is to hold
// the lock. Either it was handed over, or it is acquired now, cancelled or not.
//
// Checkpoint: parks only, if the lock was not handed over.
// Returns: TRIO_OK       the current task holds the lock.
//          TRIO_EBROKEN  the lock is broken.
TRIO_PARKS TRIO_MUST_USE trio_status
trio_lock_come_back_(struct trio_lock *lock);

TRIO_END_DECLS

#endif // TRIO_LOCK_H
