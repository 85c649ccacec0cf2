// A lock is its owner and the lot of those who wait, under one invariant:
//
//     while a task waits, some task owns the lock.
//
// So release never frees a lock that somebody waits for: it makes the longest
// waiter the owner before that task runs. Were the lock freed instead, the task
// that has just released it could take it again first, and two loops over one
// lock would not alternate.
//
// An owner has an exit function, so that a lock whose owner ends is broken
// rather than stuck. Exit functions belong to the task that adds them, so a new
// owner adds it when it runs. Until then it cannot end: a wake is never undone.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/lock.h>

#include <trio/run.h>

static struct trio_task *owner_of(const void *object)
{
    const struct trio_lock *lock = object;
    return lock->owner;
}

static const struct trio_wait acquire_wait = {
    .verb = "acquire", .access = TRIO_ACCESS_ACQUIRE, .owner = owner_of};

static bool is_broken(const struct trio_lock *lock)
{
    return trio_parking_lot_statistics(&lock->lot).broken;
}

static void break_at_exit(struct trio_task_exit *node)
{
    struct trio_lock *lock = (struct trio_lock *)node; // Its first member.

    lock->owner = NULL;
    trio_parking_lot_break(&lock->lot);
    trio_parking_lot_break(&lock->away);
}

static void own(struct trio_lock *lock)
{
    lock->owner = trio_task_current();
    trio_task_on_exit(&lock->exit, break_at_exit);
}

trio_status trio_lock_acquire(struct trio_lock *lock)
{
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;

    if (trio_lock_try_acquire(lock)) {
        trio_cancel_shielded_checkpoint(); // S12
        return TRIO_OK;
    }
    rc = trio_parking_lot_park(&lock->lot, &acquire_wait, lock);
    if (rc == TRIO_OK)
        own(lock);
    return rc;
}

bool trio_lock_try_acquire(struct trio_lock *lock)
{
    trio_touch(lock, TRIO_ACCESS_ACQUIRE);
    if (lock->owner == trio_task_current())
        trio_misuse("acquired a lock that the task holds already", lock);
    if (lock->owner != NULL || is_broken(lock))
        return false;
    TRIO_ASSERT(trio_parking_lot_count(&lock->lot) == 0);
    own(lock);
    return true;
}

void trio_lock_release(struct trio_lock *lock)
{
    trio_touch(lock, TRIO_ACCESS_RELEASE);
    // What was held when the lock broke under a waiter is released as always.
    if (is_broken(lock))
        return;
    if (lock->owner != trio_task_current())
        trio_misuse("released a lock that the task does not hold", lock);
    trio_task_cancel_exit(lock->owner, &lock->exit);
    lock->owner = trio_parking_lot_unpark_one_with(&lock->lot, TRIO_OK);
}

struct trio_lock_statistics trio_lock_statistics(const struct trio_lock *lock)
{
    return (struct trio_lock_statistics){
        lock->owner, trio_parking_lot_count(&lock->lot), is_broken(lock)};
}

trio_status trio_lock_come_back_(struct trio_lock *lock)
{
    if (lock->owner != trio_task_current()) {
        if (trio_lock_try_acquire(lock))
            return TRIO_OK;
        trio_status rc =
            trio_parking_lot_park_shielded(&lock->lot, &acquire_wait, lock);
        if (rc != TRIO_OK)
            return rc;
    }
    own(lock);
    return TRIO_OK;
}
