// Transfers between two accounts, one after the other by a lock, and a clerk
// who gives up early: cancelled while the second transfer is written, and only
// then, the clerk leaves with the lock. Whoever comes next waits for ever.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/lock.h>
#include <trio/scenario.h>
#include <trio/trio.h>

struct bank {
    struct trio_lock lock;
    struct trio_event closing;
    int transfers;
};

static TRIO_CHECKPOINT trio_status transfer(struct bank *bank)
{
    trio_status rc = trio_lock_acquire(&bank->lock);

    if (rc != TRIO_OK)
        return rc;
    bool second = bank->transfers == 1;
    rc = trio_sleep(10 * TRIO_MS); // write it down
    if (rc != TRIO_OK && second)
        return rc; // And the lock?
    bank->transfers++;
    trio_lock_release(&bank->lock);
    return rc;
}

static TRIO_CHECKPOINT trio_status clerk(void *arg)
{
    struct bank *bank = arg;
    struct trio_cancel_scope limit;

    trio_move_on_after(&limit, TRIO_SECOND);
    trio_status rc = transfer(bank);
    rc = trio_cancel_scope_close(&limit, rc);
    return rc == TRIO_OK ? trio_event_wait(&bank->closing) : rc;
}

static TRIO_CHECKPOINT trio_status auditor(void *arg)
{
    struct bank *bank = arg;

    trio_status rc = trio_sleep(100 * TRIO_MS);
    if (rc == TRIO_OK)
        rc = trio_lock_acquire(&bank->lock);
    if (rc != TRIO_OK)
        return rc;
    trio_lock_release(&bank->lock);
    trio_event_set(&bank->closing);
    return TRIO_OK;
}

TRIO_SCENARIO(canary)
{
    struct bank bank = {TRIO_LOCK_INIT, TRIO_EVENT_INIT, 0};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 3; i++)
        rc = trio_nursery_start_soon(&nursery, clerk, &bank);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, auditor, &bank);
    return trio_nursery_close(&nursery, rc);
}
