// Misuse of realms.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/misuse/misuse.h"

#include <trio/realm.h>

static int machine;

// misuse: gave up the tasks of no realm
//   in task 1 "main"
INSIDE(giving_up_the_tasks_of_no_realm)
{
    return trio_realm_abandon(NULL) ? TRIO_EINVAL : TRIO_OK;
}

// misuse: paused the tasks of no realm
//   in task 1 "main"
INSIDE(pausing_the_tasks_of_no_realm)
{
    struct trio_realm_pause pause;

    trio_realm_pause(&pause, NULL);
    return TRIO_OK;
}

// misuse: resumed what is not paused
//   in task 1 "main"
//   object
INSIDE(resuming_a_realm_twice)
{
    struct trio_realm_pause pause;

    trio_realm_pause(&pause, &machine);
    trio_realm_resume(&pause);
    trio_realm_resume(&pause);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status offer_a_nursery(void *arg)
{
    struct trio_nursery **ret_nursery = arg;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    *ret_nursery = &nursery;
    return trio_nursery_close(&nursery, trio_sleep_forever());
}

static TRIO_CHECKPOINT trio_status never_start(void *arg)
{
    (void)arg;
    return trio_sleep_forever();
}

static TRIO_CHECKPOINT trio_status start_in(void *arg)
{
    struct trio_nursery **nursery = arg;

    return trio_nursery_start(*nursery, never_start, NULL, NULL);
}

// misuse: a task is to be started in a nursery of one that is given up
//   in task 1 "main"
//   object
//   opened
INSIDE(giving_up_a_nursery_that_a_task_is_to_be_started_in)
{
    struct trio_nursery *offered = NULL;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    void *own = trio_task_swap_realm(&machine);
    trio_status rc =
        trio_nursery_start_soon(&nursery, offer_a_nursery, &offered);
    trio_task_swap_realm(own);
    while (rc == TRIO_OK && offered == NULL)
        rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, start_in, &offered);
    for (int i = 0; rc == TRIO_OK && i < 5; i++)
        rc = trio_checkpoint();
    if (trio_realm_abandon(&machine))
        rc = TRIO_EINVAL;
    return trio_nursery_close(&nursery, rc);
}
