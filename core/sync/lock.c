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
// rather than stuck. Who hands the lock over gives it to the new owner, too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/lock.h>

#include <trio/run.h>

#include "core/operation.h"

static struct trio_task *owner_of(const void *object)
{
    const struct trio_lock *lock = object;
    return lock->owner;
}

static const struct trio_wait acquire_wait = {
    .verb = "acquire", .access = TRIO_ACCESS_ACQUIRE, .owner = owner_of};

static void break_at_exit(struct trio_task_exit *node)
{
    struct trio_lock *lock = (struct trio_lock *)node; // Its first member.

    lock->owner = NULL;
    trio_parking_lot_break(&lock->lot);
    trio_parking_lot_break(&lock->away);
}

static inline void own(struct trio_lock *lock, struct trio_task *task)
{
    lock->owner = task;
    trio_exit_add_(&task->exits, &lock->exit, break_at_exit);
}

static inline bool take(struct trio_lock *lock, struct trio_task *task)
{
    trio_touch_(task->run, lock, TRIO_ACCESS_ACQUIRE);
    if (UNLIKELY(lock->owner == task))
        trio_misuse("acquired a lock that the task holds already", lock);
    if (lock->owner != NULL || lock->lot.broken)
        return false;
    TRIO_ASSERT(lock->lot.first == NULL);
    own(lock, task);
    return true;
}

trio_status trio_lock_acquire(struct trio_lock *lock)
{
    struct trio_task *task = trio_task_here_();

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);
    if (take(lock, task))
        return trio_yield_with_(task->run, task, TRIO_OK); // S12
    return trio_park_in_(task, &lock->lot, &acquire_wait, lock, false);
}

bool trio_lock_try_acquire(struct trio_lock *lock)
{
    return take(lock, trio_task_here_());
}

void trio_lock_release(struct trio_lock *lock)
{
    struct trio_task *task = trio_task_here_();

    trio_touch_(task->run, lock, TRIO_ACCESS_RELEASE);
    // What was held when the lock broke under a waiter is released as always.
    if (lock->lot.broken)
        return;
    if (UNLIKELY(lock->owner != task))
        trio_misuse("released a lock that the task does not hold", lock);
    trio_exit_take_out_(&task->exits, &lock->exit);
    task = trio_unpark_one_(task->run, &lock->lot);
    lock->owner = NULL;
    if (task != NULL)
        own(lock, task);
}

struct trio_lock_statistics trio_lock_statistics(const struct trio_lock *lock)
{
    return (struct trio_lock_statistics){
        lock->owner, trio_parking_lot_count(&lock->lot), lock->lot.broken};
}

trio_status trio_lock_come_back_(struct trio_lock *lock)
{
    struct trio_task *task = trio_task_here_();

    if (lock->owner == task || take(lock, task))
        return TRIO_OK;
    return trio_park_in_(task, &lock->lot, &acquire_wait, lock, true);
}
