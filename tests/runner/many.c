// Many tasks, for runner_test: more than there is time for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>
#include <trio/trio.h>

enum { TASKS = 400 };

static TRIO_CHECKPOINT trio_status yield(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

TRIO_SCENARIO(are_many)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (int i = 0; i < TASKS && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, yield, NULL);
    return trio_nursery_close(&nursery, rc);
}
