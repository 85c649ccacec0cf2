// A barrier of its own making: a count, a lock and a condition on which each
// arrival is told to all. Who waits does so once, with an `if` in place of a
// `while`, and takes the arrival of another for that of the last one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/condition.h>

#include "bench/bugs/bugs.h"

enum { PARTIES = 3 };

struct barrier {
    struct trio_condition arrival;
    int arrived;
};

static TRIO_CHECKPOINT trio_status barrier_wait(struct barrier *barrier)
{
    trio_status rc = trio_condition_acquire(&barrier->arrival);
    if (rc != TRIO_OK)
        return rc;
    barrier->arrived++;
    trio_condition_notify_all(&barrier->arrival);
    if (barrier->arrived < PARTIES)
        rc = trio_condition_wait(&barrier->arrival);
    if (rc == TRIO_OK)
        TRIO_SIM_ALWAYS(barrier->arrived == PARTIES, "all have arrived");
    trio_condition_release(&barrier->arrival);
    return rc;
}

static TRIO_CHECKPOINT trio_status arrive(void *arg)
{
    bugs_start();
    return barrier_wait(arg);
}

static TRIO_CHECKPOINT trio_status prepare_and_arrive(void *arg)
{
    bugs_start();
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    return rc == TRIO_OK ? barrier_wait(arg) : rc;
}

TRIO_SCENARIO(barrier_count, .witness = "main slow quick quick#2 slow quick "
                                        "quick#2 slow quick")
{
    struct barrier barrier = {TRIO_CONDITION_INIT, 0};

    (void)arg;
    return bugs_run((struct bugs_tasks[]){
        {.name = "slow", .fn = prepare_and_arrive, .arg = &barrier},
        {.name = "quick", .fn = arrive, .arg = &barrier, .count = PARTIES - 1},
        {.name = NULL},
    });
}
