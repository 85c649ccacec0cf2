// Two tasks that share nothing. In whichever order they come, nobody hands
// anything to anybody: to a fuzzer no schedule is news.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>
#include <trio/trio.h>

static TRIO_CHECKPOINT trio_status keep_to_itself(void *arg)
{
    for (int i = 0; i < 3; i++) {
        trio_touch(arg, TRIO_ACCESS_WRITE);
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_OK;
}

TRIO_SCENARIO(strangers, .no_cancel_sweep = true, .no_failure_sweep = true)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;
    int own[2] = {0};

    (void)arg;
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(&nursery, keep_to_itself, &own[i]);
    return trio_nursery_close(&nursery, rc);
}
