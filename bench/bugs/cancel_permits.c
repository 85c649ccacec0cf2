// Three programs that keep what they should have given back.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// cancel_leaked_permit: a download takes a permit, then looks up the server's
// name, and returns at once if that fails. Cancelled there, it keeps the
// permit, and from then on there is one less for all others. The fix: every way
// out after the acquire passes the release.
//
// cancel_leaked_lock: a teller holds the lock of the accounts while the
// transfer is written, and leaves early if that does not succeed, with the lock
// held. It lives on, so the lock is not broken either, and the auditor waits
// for it forever. The fix: release the lock, then look at the status.
//
// cancel_pool_slot: a pool reserves a slot and then connects. A client
// cancelled while it connects has no connection to give back, so the slot stays
// taken. The fix: if the connect does not succeed, the pool takes the slot back
// itself.

#include "bench/bugs/bugs.h"

// ---- A permit that is acquired before its release is certain ----

enum { WORKERS = 3, PERMITS = 2 };

struct downloads {
    struct trio_semaphore permits;
    bool fixed;
};

static TRIO_CHECKPOINT trio_status fetch(struct downloads *downloads)
{
    trio_status rc = trio_semaphore_acquire(&downloads->permits);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_sleep(5 * TRIO_MS); // look up the name
    if (rc != TRIO_OK && !downloads->fixed)
        return rc; // And the permit?
    if (rc == TRIO_OK)
        rc = trio_sleep(20 * TRIO_MS); // receive
    trio_semaphore_release(&downloads->permits);
    return rc;
}

static TRIO_CHECKPOINT trio_status download(void *arg)
{
    struct trio_cancel_scope limit;

    bugs_start();
    trio_move_on_after(&limit, TRIO_MINUTE);
    trio_status rc = fetch(arg);
    return trio_cancel_scope_close(&limit, rc);
}

static TRIO_CHECKPOINT trio_status run_downloads(bool fixed)
{
    struct downloads downloads = {TRIO_SEMAPHORE_INIT(PERMITS), fixed};

    bugs_start();
    trio_status rc = bugs_run((struct bugs_tasks[]){
        {.name = "worker", .fn = download, .arg = &downloads, .count = WORKERS},
        {.name = NULL},
    });
    TRIO_SIM_ALWAYS(trio_semaphore_statistics(&downloads.permits).permits ==
                        PERMITS,
                    "all permits are back");
    return rc;
}

TRIO_SCENARIO(cancel_leaked_permit,
              .witness = "main worker worker#2 worker#3 worker cancel:worker")
{
    (void)arg;
    return run_downloads(false);
}

TRIO_SCENARIO(cancel_leaked_permit_fixed)
{
    (void)arg;
    return run_downloads(true);
}

// ---- A lock that is still held ----

struct bank {
    struct trio_lock lock;
    struct trio_event closing;
    int64_t accounts[2];
    bool fixed;
};

static TRIO_CHECKPOINT trio_status transfer(struct bank *bank)
{
    trio_status rc = trio_lock_acquire(&bank->lock);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_sleep(10 * TRIO_MS); // write it down
    if (rc != TRIO_OK && !bank->fixed)
        return rc; // And the lock?
    if (rc == TRIO_OK) {
        bank->accounts[0] -= 100;
        bank->accounts[1] += 100;
    }
    trio_lock_release(&bank->lock);
    return rc;
}

// Makes one transfer, gives up if it takes too long, and stays until closing.
static TRIO_CHECKPOINT trio_status tell(void *arg)
{
    struct bank *bank = arg;
    struct trio_cancel_scope limit;

    bugs_start();
    trio_move_on_after(&limit, TRIO_SECOND);
    trio_status rc = transfer(bank);
    rc = trio_cancel_scope_close(&limit, rc);
    return rc == TRIO_OK ? trio_event_wait(&bank->closing) : rc;
}

// Adds everything up and has the bank closed.
static TRIO_CHECKPOINT trio_status audit(void *arg)
{
    struct bank *bank = arg;

    bugs_start();
    trio_status rc = trio_lock_acquire(&bank->lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_ALWAYS(bank->accounts[0] + bank->accounts[1] == 1000,
                    "no money is made");
    trio_lock_release(&bank->lock);
    trio_event_set(&bank->closing);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_bank(bool fixed)
{
    struct bank bank = {TRIO_LOCK_INIT, TRIO_EVENT_INIT, {500, 500}, fixed};

    bugs_start();
    return bugs_run((struct bugs_tasks[]){
        {.name = "teller", .fn = tell, .arg = &bank},
        {.name = "auditor", .fn = audit, .arg = &bank},
        {.name = NULL},
    });
}

TRIO_SCENARIO(cancel_leaked_lock,
              .witness = "main teller auditor teller cancel:teller")
{
    (void)arg;
    return run_bank(false);
}

TRIO_SCENARIO(cancel_leaked_lock_fixed)
{
    (void)arg;
    return run_bank(true);
}

// ---- A slot that is reserved for a connection that never comes ----

enum { CLIENTS = 3, SLOTS = 1 };

static const struct trio_wait check_out_wait = {"check out of the pool",
                                                TRIO_ACCESS_ACQUIRE, NULL};

struct pool {
    size_t taken;
    struct trio_parking_lot lot; // Clients that wait for a slot.
    bool fixed;
};

static void check_in(struct pool *pool)
{
    pool->taken--;
    trio_parking_lot_unpark_one(&pool->lot);
}

static TRIO_CHECKPOINT trio_status check_out(struct pool *pool)
{
    trio_status rc;

    while (pool->taken == SLOTS) {
        rc = trio_parking_lot_park(&pool->lot, &check_out_wait, pool);
        if (rc != TRIO_OK)
            return rc;
    }
    pool->taken++;
    rc = trio_sleep(20 * TRIO_MS); // connect
    if (rc != TRIO_OK && pool->fixed)
        check_in(pool);
    return rc;
}

static TRIO_CHECKPOINT trio_status query(void *arg)
{
    struct pool *pool = arg;
    trio_status rc = check_out(pool);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_sleep(10 * TRIO_MS); // the answer
    check_in(pool);
    return rc;
}

static TRIO_CHECKPOINT trio_status ask(void *arg)
{
    struct trio_cancel_scope limit;

    bugs_start();
    trio_move_on_after(&limit, TRIO_SECOND);
    trio_status rc = query(arg);
    return trio_cancel_scope_close(&limit, rc);
}

static TRIO_CHECKPOINT trio_status run_pool(bool fixed)
{
    struct pool pool = {0, TRIO_PARKING_LOT_INIT, fixed};

    bugs_start();
    trio_status rc = bugs_run((struct bugs_tasks[]){
        {.name = "client", .fn = ask, .arg = &pool, .count = CLIENTS},
        {.name = NULL},
    });
    TRIO_SIM_ALWAYS(pool.taken == 0, "all slots are free");
    return rc;
}

TRIO_SCENARIO(cancel_pool_slot, .witness = "main client cancel:client")
{
    (void)arg;
    return run_pool(false);
}

TRIO_SCENARIO(cancel_pool_slot_fixed)
{
    (void)arg;
    return run_pool(true);
}
