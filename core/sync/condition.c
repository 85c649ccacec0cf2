// A condition is a lot beside the lot of its lock. A notification moves a task
// from the one to the other, still parked; the lock's release then wakes it, as
// any other that waits for the lock.
//
// The notification is what the task waits for, so a task that has left the
// condition's lot is no longer cancellable: it refuses, gets the lock in its
// turn, and returns TRIO_OK. Were it to leave the queue of the lock instead,
// its notification would be lost to the others. One that nobody has notified
// leaves at once; then it needs the lock back before it may return.
//
// Nobody is notified through a lock that broke. So whoever waits is also in a
// second lot, the lock's own, which breaks with it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/condition.h>

#include <trio/error.h>
#include <trio/run.h>

#include "core/operation.h"

static struct trio_lock *lock_of(const struct trio_condition *condition)
{
    // The own lock of a const condition is only looked at.
    return condition->given != NULL ? condition->given
                                    : (struct trio_lock *)&condition->own;
}

// While the lock is held, nobody but its owner can notify anybody.
static struct trio_task *notifier_of(const void *object)
{
    return lock_of(object)->owner;
}

static const struct trio_wait notify_wait = {.verb = "be notified through",
                                             .access = TRIO_ACCESS_ACQUIRE,
                                             .owner = notifier_of};

struct place {
    struct trio_waiter waiter; // In the condition's lot, then in the lock's.
    struct trio_waiter away;   // In the lock's other lot.
    const struct trio_condition *condition;
};

static bool leave_unless_notified(struct trio_task *task, void *arg)
{
    const struct place *place = arg;

    (void)task;
    return place->waiter.lot == &place->condition->lot;
}

trio_status trio_condition_acquire(struct trio_condition *condition)
{
    return trio_lock_acquire(lock_of(condition));
}

bool trio_condition_try_acquire(struct trio_condition *condition)
{
    return trio_lock_try_acquire(lock_of(condition));
}

void trio_condition_release(struct trio_condition *condition)
{
    trio_lock_release(lock_of(condition));
}

trio_status trio_condition_wait(struct trio_condition *condition)
{
    struct trio_task *task = trio_task_here_();
    struct trio_lock *lock = lock_of(condition);
    struct place place = {.condition = condition};

    if (UNLIKELY(lock->owner != task))
        trio_misuse("waited for a condition without holding its lock",
                    condition);
    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);

    trio_lock_release(lock);
    // We held the lock a moment ago, so it is not broken.
    TRIO_ASSERT(!condition->lot.broken && !lock->away.broken);
    trio_waiter_add_(task, &condition->lot, &place.waiter);
    trio_waiter_add_(task, &lock->away, &place.away);
    task->park = (struct park){.wait = &notify_wait,
                               .object = condition,
                               .abort = leave_unless_notified,
                               .arg = &place};
    trio_status rc = trio_park_(task->run, task);
    return trio_combine(rc, trio_lock_come_back_(lock));
}

void trio_condition_notify(struct trio_condition *condition, size_t count)
{
    struct trio_task *task = trio_task_here_();
    struct trio_lock *lock = lock_of(condition);

    trio_touch_(task->run, condition, TRIO_ACCESS_RELEASE);
    if (UNLIKELY(lock->owner != task))
        trio_misuse("notified a condition without holding its lock", condition);
    trio_parking_lot_repark(&condition->lot, &lock->lot, count);
}

void trio_condition_notify_all(struct trio_condition *condition)
{
    trio_condition_notify(condition, SIZE_MAX);
}

struct trio_condition_statistics
trio_condition_statistics(const struct trio_condition *condition)
{
    return (struct trio_condition_statistics){
        trio_parking_lot_count(&condition->lot),
        trio_lock_statistics(lock_of(condition))};
}
