// Conditions: waiting, under a lock, for something to become true.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CONDITION_H
#define TRIO_CONDITION_H

#include <trio/base.h>
#include <trio/lock.h>
#include <trio/parking_lot.h>
#include <trio/status.h>

// A `trio_condition` lets tasks that hold a lock wait until another one, which
// has changed what the lock protects, notifies them:
//
//     static struct trio_condition changed = TRIO_CONDITION_INIT;
//
//     trio_status rc = trio_condition_acquire(&changed);
//     if (rc != TRIO_OK)
//         return rc;
//     while (rc == TRIO_OK && count == 0) // another may have been faster
//         rc = trio_condition_wait(&changed);
//     if (rc == TRIO_OK)
//         count--;
//     trio_condition_release(&changed); // whatever the wait returned
//     return rc;
//
// It has a lock of its own, or shares one that it is given. A task that was
// notified has been woken, as far as cancellation goes: its wait succeeds, and
// the notification is not lost.
//
// Zero is a condition with a lock of its own. The caller owns the storage; it
// needs no teardown, but must outlive every task that waits for it or holds its
// lock. Not thread-safe: use it from its loop's thread only.
struct trio_condition {
    struct trio_lock *given;     // Private. NULL: has its own.
    struct trio_lock own;        // Private.
    struct trio_parking_lot lot; // Private. Tasks that were not notified yet.
};

// Initialises a condition with a lock of its own.
#define TRIO_CONDITION_INIT                                                    \
    {                                                                          \
        NULL, TRIO_LOCK_INIT, TRIO_PARKING_LOT_INIT                            \
    }

// Initialises a condition with a lock that others may use, too.
#define TRIO_CONDITION_INIT_WITH(lock)                                         \
    {                                                                          \
        (lock), TRIO_LOCK_INIT, TRIO_PARKING_LOT_INIT                          \
    }

struct trio_condition_statistics {
    size_t waiting;                   // Tasks that were not notified yet.
    struct trio_lock_statistics lock; // The notified ones wait for the lock.
};

TRIO_BEGIN_DECLS

// Acquires the condition's lock like trio_lock_acquire.
//
// Checkpoint: always.
// Returns: TRIO_OK         the current task holds the lock.
//          TRIO_ECANCELED  an enclosing scope is cancelled; it does not.
//          TRIO_EBROKEN    an owner ended while it held the lock.
TRIO_CHECKPOINT trio_status
trio_condition_acquire(struct trio_condition *condition);

// Acquires the condition's lock like trio_lock_try_acquire.
//
//     if (trio_condition_try_acquire(condition)) {
//         count++;
//         trio_condition_notify(condition, 1); // one of those that wait
//         trio_condition_release(condition);
//     }
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_condition_try_acquire(struct trio_condition *condition);

// Releases the condition's lock like trio_lock_release.
//
// Checkpoint: never.
void trio_condition_release(struct trio_condition *condition);

// Releases the lock, waits until the task is notified, and acquires the lock
// again. Misuse if the current task does not hold the lock.
//
// Checkpoint: always.
// Returns: TRIO_OK         notified; the current task holds the lock.
//          TRIO_ECANCELED  an enclosing scope is cancelled, and nobody has
//                          notified the task; it holds the lock all the same,
//                          having waited for it if need be.
//          TRIO_EBROKEN    an owner ended while it held the lock, and nobody
//                          holds it any more; releasing it has no effect.
TRIO_CHECKPOINT trio_status
trio_condition_wait(struct trio_condition *condition);

// Notifies up to `count` tasks, those that have waited longest. In this order
// they queue up for the lock, behind those that wait for it already. If nobody
// waits, nothing is stored. Misuse if the current task does not hold the lock.
//
// Checkpoint: never.
void trio_condition_notify(struct trio_condition *condition, size_t count);

// Notifies every task that waits, like trio_condition_notify.
//
//     rc = trio_condition_acquire(condition);
//     if (rc != TRIO_OK)
//         return rc;
//     count = 0;
//     trio_condition_notify_all(condition);
//     trio_condition_release(condition);
//
// Checkpoint: never.
void trio_condition_notify_all(struct trio_condition *condition);

// Reads the condition's statistics.
//
//     if (trio_condition_statistics(condition).waiting == 0)
//         return TRIO_OK; // Nobody wants to know.
//
// Checkpoint: never.
struct trio_condition_statistics
trio_condition_statistics(const struct trio_condition *condition);

TRIO_END_DECLS

#endif // TRIO_CONDITION_H
