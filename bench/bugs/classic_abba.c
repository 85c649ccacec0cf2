// Two locks, taken by one task in one order and by the other in the other. This
// is possible also where tasks only take turns: acquiring costs one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

struct locks {
    struct trio_lock a;
    struct trio_lock b;
};

static TRIO_CHECKPOINT trio_status take_both(struct trio_lock *one,
                                             struct trio_lock *other)
{
    trio_status rc = trio_lock_acquire(one);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_lock_acquire(other);
    if (rc == TRIO_OK)
        trio_lock_release(other);
    trio_lock_release(one);
    return rc;
}

static TRIO_CHECKPOINT trio_status take_ab(void *arg)
{
    struct locks *locks = arg;

    bugs_start();
    return take_both(&locks->a, &locks->b);
}

static TRIO_CHECKPOINT trio_status take_ba(void *arg)
{
    struct locks *locks = arg;

    bugs_start();
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? take_both(&locks->b, &locks->a) : rc;
}

TRIO_SCENARIO(abba, .witness = "main ab ba ba ab")
{
    struct locks locks = {TRIO_LOCK_INIT, TRIO_LOCK_INIT};

    (void)arg;
    return bugs_run((struct bugs_tasks[]){
        {.name = "ab", .fn = take_ab, .arg = &locks},
        {.name = "ba", .fn = take_ba, .arg = &locks},
        {.name = NULL},
    });
}
