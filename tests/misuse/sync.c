// Misuse of locks, conditions, semaphores and capacity limiters.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/misuse/misuse.h"

// misuse: acquired a lock that the task holds already
//   in task 1 "main"
//   object
INSIDE(acquiring_a_lock_twice)
{
    struct trio_lock lock = TRIO_LOCK_INIT;

    trio_status rc = trio_lock_acquire(&lock);
    return rc == TRIO_OK ? trio_lock_acquire(&lock) : rc;
}

// misuse: acquired a lock that the task holds already
//   in task 1 "main"
//   object
INSIDE(trying_to_acquire_a_lock_twice)
{
    struct trio_lock lock = TRIO_LOCK_INIT;

    return trio_lock_try_acquire(&lock) && trio_lock_try_acquire(&lock)
               ? TRIO_OK
               : TRIO_EBUSY;
}

// misuse: released a lock that the task does not hold
//   in task 1 "main"
//   object
//   called at releasing_a_lock_that_is_free
INSIDE(releasing_a_lock_that_is_free)
{
    struct trio_lock lock = TRIO_LOCK_INIT;

    trio_lock_release(&lock);
    return TRIO_OK;
}

static trio_status release_lock(void *arg)
{
    trio_lock_release(arg);
    return TRIO_OK;
}

// misuse: released a lock that the task does not hold
//   in task 2
//   object
INSIDE(releasing_the_lock_of_another_task)
{
    struct trio_lock lock = TRIO_LOCK_INIT;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_lock_acquire(&lock);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, release_lock, &lock);
    return trio_nursery_close(&nursery, rc);
}

// misuse: waited for a condition without holding its lock
//   in task 1 "main"
//   object
INSIDE(waiting_for_a_condition_without_its_lock)
{
    struct trio_condition condition = TRIO_CONDITION_INIT;

    return trio_condition_wait(&condition);
}

// misuse: notified a condition without holding its lock
//   in task 1 "main"
//   object
INSIDE(notifying_a_condition_without_its_lock)
{
    struct trio_condition condition = TRIO_CONDITION_INIT;

    trio_condition_notify(&condition, 1);
    return TRIO_OK;
}

// misuse: notified a condition without holding its lock
//   in task 1 "main"
//   object
INSIDE(notifying_all_without_the_lock)
{
    struct trio_condition condition = TRIO_CONDITION_INIT;

    trio_condition_notify_all(&condition);
    return TRIO_OK;
}

// misuse: released a semaphore above its maximum
//   in task 1 "main"
//   object
INSIDE(releasing_a_semaphore_too_often)
{
    struct trio_semaphore semaphore = TRIO_SEMAPHORE_INIT_MAX(1, 2);

    trio_semaphore_release(&semaphore);
    trio_semaphore_release(&semaphore);
    return TRIO_OK;
}

// misuse: borrowed from a limiter twice
//   in task 1 "main"
//   object
INSIDE(borrowing_twice)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(2);
    struct trio_capacity_token tokens[2];

    trio_status rc = trio_capacity_limiter_acquire(&limiter, &tokens[0]);
    if (rc == TRIO_OK)
        rc = trio_capacity_limiter_acquire(&limiter, &tokens[1]);
    return rc;
}

// misuse: borrowed from a limiter twice
//   in task 1 "main"
//   object
INSIDE(borrowing_twice_where_it_would_wait)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(1);
    struct trio_capacity_token tokens[2];

    trio_status rc = trio_capacity_limiter_acquire(&limiter, &tokens[0]);
    if (rc == TRIO_OK)
        rc = trio_capacity_limiter_acquire(&limiter, &tokens[1]);
    return rc;
}

struct errand {
    struct trio_capacity_limiter limiter;
    struct trio_capacity_token tokens[2];
    int count;
    char job;
};

static TRIO_CHECKPOINT trio_status borrow_for_job(void *arg)
{
    struct errand *errand = arg;

    return trio_capacity_limiter_acquire_on_behalf_of(
        &errand->limiter, &errand->tokens[errand->count++], &errand->job);
}

// misuse: borrowed from a limiter twice
//   in task 3
//   object
INSIDE(borrowing_twice_on_one_behalf_in_two_tasks)
{
    struct errand errand = {.limiter = TRIO_CAPACITY_LIMITER_INIT(0)};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, borrow_for_job, &errand);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, borrow_for_job, &errand);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_MS); // Until both wait.
    trio_capacity_limiter_set_total(&errand.limiter, 2);
    return trio_nursery_close(&nursery, rc);
}

// misuse: gave back to a limiter what was not borrowed
//   in task 1 "main"
//   object
INSIDE(giving_back_what_was_not_borrowed)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(1);

    trio_capacity_limiter_release(&limiter);
    return TRIO_OK;
}

static trio_status give_back(void *arg)
{
    trio_capacity_limiter_release(arg);
    return TRIO_OK;
}

// misuse: gave back to a limiter what was not borrowed
//   in task 2
//   object
INSIDE(giving_back_what_another_task_borrowed)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(1);
    struct trio_capacity_token token;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_capacity_limiter_acquire(&limiter, &token);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, give_back, &limiter);
    return trio_nursery_close(&nursery, rc);
}

// misuse: trio_parking_lot_add needs a run, and this thread is not in one
//   outside any task
OUTSIDE(waiting_in_a_broken_lot_without_a_run)
{
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct trio_waiter waiter;

    lot.broken = true;
    if (trio_parking_lot_add(&lot, &waiter))
        lot.broken = false;
}
