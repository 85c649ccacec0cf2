// Scenarios that come to everything that a scenario can come to, for
// runner_test.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdlib.h>

#include <trio/scenario.h>
#include <trio/trio.h>

TRIO_SCENARIO(passes)
{
    (void)arg;
    TRIO_SIM_SOMETIMES(true, "it runs");
    return trio_checkpoint();
}

// ---- A failure that takes another schedule than that of production ----

struct account {
    bool paid;
    bool seen_paid;
};

static TRIO_CHECKPOINT trio_status look(void *arg)
{
    struct account *account = arg;

    trio_touch(account, TRIO_ACCESS_READ);
    account->seen_paid = account->paid;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status pay(void *arg)
{
    struct account *account = arg;

    trio_touch(account, TRIO_ACCESS_WRITE);
    account->paid = true;
    return TRIO_OK;
}

// One who has nothing to do with it.
static TRIO_CHECKPOINT trio_status stand_by(void *arg)
{
    (void)arg;
    return trio_sleep(TRIO_MS);
}

TRIO_SCENARIO(loses, .no_cancel_sweep = true, .no_failure_sweep = true)
{
    static const struct {
        struct trio_task_options options;
        trio_task_fn fn;
    } tasks[] = {{{.name = "looker"}, look},
                 {{.name = "payer"}, pay},
                 {{.name = "bystander"}, stand_by}};
    struct account account = {false, false};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_sim_name(&account, "account");
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < 3 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon_with(&nursery, &tasks[i].options,
                                          tasks[i].fn, &account);
    rc = trio_nursery_close(&nursery, rc);
    // As if somebody had corrected it, in every schedule.
    TRIO_SIM_ALWAYS(!account.seen_paid || getenv("CORRECTED") != NULL,
                    "nobody sees the payment");
    return rc;
}

// ---- What else there is ----

TRIO_SCENARIO(ends_late, .steps_max = 10, .no_cancel_sweep = true)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (int i = 0; i < 100 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    return rc;
}

TRIO_SCENARIO(misses_something)
{
    (void)arg;
    TRIO_SIM_SOMETIMES(false, "the rare case");
    return trio_checkpoint();
}

TRIO_SCENARIO(sleeps_twice, .no_cancel_sweep = true)
{
    (void)arg;
    trio_status rc = trio_sleep(90 * TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = trio_sleep(250 * TRIO_US);
    TRIO_SIM_ALWAYS(rc != TRIO_OK, "it ends before it has slept");
    return rc;
}

// Only where somebody asks for it: it takes the process with it.
TRIO_SCENARIO(crashes)
{
    (void)arg;
    if (getenv("CRASH") != NULL)
        raise(SIGSEGV);
    return trio_checkpoint();
}
