// Between looking at the balance and paying from it lies a checkpoint, so it is
// looked at again, as it should be; but behind that lies another one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

enum { PRICE = 3 };

struct account {
    int balance;
};

static bool can_pay(const struct account *account)
{
    trio_touch(account, TRIO_ACCESS_READ);
    return account->balance >= PRICE;
}

static TRIO_CHECKPOINT trio_status buy(struct account *account)
{
    if (!can_pay(account))
        return TRIO_OK;
    trio_status rc = trio_checkpoint(); // Asks whether it is in store.
    if (rc != TRIO_OK || !can_pay(account))
        return rc;
    rc = trio_checkpoint(); // Orders it.
    if (rc != TRIO_OK)
        return rc;
    trio_touch(account, TRIO_ACCESS_WRITE);
    account->balance -= PRICE;
    TRIO_SIM_ALWAYS(account->balance >= 0, "nobody pays what is not there");
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status buy_now(void *arg)
{
    bugs_start();
    return buy(arg);
}

static TRIO_CHECKPOINT trio_status buy_later(void *arg)
{
    bugs_start();
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? buy(arg) : rc;
}

TRIO_SCENARIO(nested_windows, .witness = "main now later now later later now")
{
    struct account account = {.balance = PRICE};

    (void)arg;
    return bugs_run((struct bugs_tasks[]){
        {.name = "now", .fn = buy_now, .arg = &account},
        {.name = "later", .fn = buy_later, .arg = &account},
        {.name = NULL},
    });
}
