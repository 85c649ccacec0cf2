// Tasks that take several steps under a lock, and one that ends there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

struct account {
    struct trio_lock lock;
    struct tickets tickets;
    int inside;
    int balance;
    int booked;
};

// What has to be done under the lock: it reads, waits, and writes.
static TRIO_CHECKPOINT trio_status book(struct account *account, int amount)
{
    TRIO_SIM_ALWAYS(account->inside++ == 0, "one task at a time");
    TRIO_SIM_ALWAYS(trio_lock_statistics(&account->lock).owner ==
                        trio_task_current(),
                    "who acquired the lock is its owner");
    int before = account->balance;
    trio_status rc = trio_checkpoint();
    TRIO_SIM_ALWAYS(account->balance == before, "nobody booked meanwhile");
    account->balance = before + amount;
    account->booked += amount;
    account->inside--;
    return rc;
}

static TRIO_CHECKPOINT trio_status pay_in(void *arg)
{
    struct account *account = arg;
    trio_status rc = TRIO_OK;

    for (int i = 1; rc == TRIO_OK && i <= 3; i++) {
        unsigned ticket = tickets_draw(&account->tickets);
        rc = trio_lock_acquire(&account->lock);
        int before = tickets_return(&account->tickets, ticket);
        if (rc != TRIO_OK)
            return rc;
        TRIO_SIM_ALWAYS(before == 0, "who waits longest goes first");
        TRIO_SIM_SOMETIMES(trio_lock_statistics(&account->lock).waiting == 2,
                           "everybody else waits");
        rc = book(account, i);
        trio_lock_release(&account->lock);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status look_in(void *arg)
{
    struct account *account = arg;
    struct trio_cancel_scope patience;

    trio_move_on_after(&patience, TRIO_SECOND);
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK && trio_lock_try_acquire(&account->lock)) {
        rc = book(account, 0);
        trio_lock_release(&account->lock);
    }
    if (rc == TRIO_OK)
        rc = trio_lock_acquire(&account->lock);
    if (rc == TRIO_OK) {
        rc = book(account, 10);
        trio_lock_release(&account->lock);
    }
    return trio_cancel_scope_close(&patience, rc);
}

TRIO_SCENARIO(one_at_a_time_in_order)
{
    struct account account = {.lock = TRIO_LOCK_INIT};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_sim_name(&account.lock, "lock");
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 3; i++)
        rc = trio_nursery_start_soon(&nursery, pay_in, &account);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, look_in, &account);
    rc = trio_nursery_close(&nursery, rc);

    TRIO_SIM_ALWAYS(account.balance == account.booked, "every booking counts");
    struct trio_lock_statistics left = trio_lock_statistics(&account.lock);
    TRIO_SIM_ALWAYS(left.owner == NULL && left.waiting == 0 && !left.broken,
                    "the lock is free in the end");
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(account.booked >= 18, "everything was booked");
    return rc;
}

// ---- A lock that breaks ----

struct broken {
    struct trio_lock lock;
    bool left; // Somebody ended with the lock.
    int told;
};

// The lock is all that it leaves behind.
static TRIO_CHECKPOINT trio_status leave_with_it(void *arg)
{
    struct broken *broken = arg;

    trio_status rc = trio_lock_acquire(&broken->lock);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_sleep(TRIO_SECOND);
    broken->left = true;
    return rc;
}

static TRIO_CHECKPOINT trio_status find_it_broken(void *arg)
{
    struct broken *broken = arg;
    trio_status rc;

    while ((rc = trio_lock_acquire(&broken->lock)) == TRIO_OK) {
        TRIO_SIM_ALWAYS(!broken->left, "nobody gets a broken lock");
        rc = trio_sleep(TRIO_SECOND);
        trio_lock_release(&broken->lock);
        if (rc != TRIO_OK)
            return rc;
    }
    if (rc != TRIO_EBROKEN)
        return rc;
    TRIO_SIM_ALWAYS(broken->left, "a lock breaks when its owner ends");
    TRIO_SIM_ALWAYS(!trio_lock_try_acquire(&broken->lock),
                    "a broken lock cannot be acquired");
    broken->told++;
    return TRIO_OK;
}

TRIO_SCENARIO(a_lock_breaks_with_its_owner)
{
    struct broken broken = {.lock = TRIO_LOCK_INIT};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, find_it_broken, &broken);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, leave_with_it, &broken);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, find_it_broken, &broken);
    rc = trio_nursery_close(&nursery, rc);

    TRIO_SIM_ALWAYS(trio_lock_statistics(&broken.lock).broken == broken.left,
                    "it is broken if its owner has ended");
    TRIO_SIM_ALWAYS(trio_lock_statistics(&broken.lock).owner == NULL,
                    "nobody who has ended owns a lock");
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(broken.told == 2, "everybody is told of it");
    return rc;
}
