// A number that several tasks change. In one program some of them hold another
// lock than the rest; in the other all hold the right one, but who looks at the
// sum does not wait for it to be complete.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

enum { CARELESS = 7, DEPOSIT = 10, WITHDRAWAL = 4 };

struct counter {
    struct trio_lock lock;
    struct trio_lock wrong_lock;
    int value;
};

static void name_all(const struct counter *counter)
{
    trio_sim_name(&counter->lock, "lock");
    trio_sim_name(&counter->wrong_lock, "wrong lock");
    trio_sim_name(&counter->value, "value");
}

static TRIO_CHECKPOINT trio_status count_carefully(void *arg)
{
    struct counter *counter = arg;

    bugs_start_thread();
    trio_status rc = bugs_mutex_lock(&counter->lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(&counter->value, TRIO_ACCESS_READ);
    int before = counter->value;
    TRIO_SIM_POINT(&counter->value, TRIO_ACCESS_WRITE);
    counter->value++;
    TRIO_SIM_POINT(&counter->value, TRIO_ACCESS_READ);
    TRIO_SIM_ALWAYS(counter->value == before + 1, "a lock keeps others out");
    trio_lock_release(&counter->lock);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status count_carelessly(void *arg)
{
    struct counter *counter = arg;

    bugs_start_thread();
    trio_status rc = bugs_mutex_lock(&counter->wrong_lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(&counter->value, TRIO_ACCESS_WRITE);
    counter->value++;
    trio_lock_release(&counter->wrong_lock);
    return TRIO_OK;
}

TRIO_SCENARIO(wronglock, .order = TRIO_SIM_SOFT,
              .witness = "main careful*3 careless*3 careful*2")
{
    struct counter counter = {TRIO_LOCK_INIT, TRIO_LOCK_INIT, 0};

    (void)arg;
    name_all(&counter);
    return bugs_run((struct bugs_tasks[]){
        {.name = "careful", .fn = count_carefully, .arg = &counter},
        {.name = "careless",
         .fn = count_carelessly,
         .arg = &counter,
         .count = CARELESS},
        {.name = NULL},
    });
}

static TRIO_CHECKPOINT trio_status add(struct counter *account, int amount)
{
    bugs_start_thread();
    trio_status rc = bugs_mutex_lock(&account->lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(&account->value, TRIO_ACCESS_WRITE);
    account->value += amount;
    trio_lock_release(&account->lock);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status deposit(void *arg)
{
    return add(arg, DEPOSIT);
}

static TRIO_CHECKPOINT trio_status withdraw(void *arg)
{
    return add(arg, -WITHDRAWAL);
}

static TRIO_CHECKPOINT trio_status audit(void *arg)
{
    struct counter *account = arg;

    bugs_start_thread();
    trio_status rc = bugs_mutex_lock(&account->lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(&account->value, TRIO_ACCESS_READ);
    TRIO_SIM_ALWAYS(account->value == DEPOSIT - WITHDRAWAL,
                    "the balance is what was paid");
    trio_lock_release(&account->lock);
    return TRIO_OK;
}

TRIO_SCENARIO(account, .order = TRIO_SIM_SOFT,
              .witness = "main depositor*3 auditor*3")
{
    struct counter account = {TRIO_LOCK_INIT, TRIO_LOCK_INIT, 0};

    (void)arg;
    name_all(&account);
    return bugs_run((struct bugs_tasks[]){
        {.name = "depositor", .fn = deposit, .arg = &account},
        {.name = "withdrawer", .fn = withdraw, .arg = &account},
        {.name = "auditor", .fn = audit, .arg = &account},
        {.name = NULL},
    });
}
