// Misuse of nurseries.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/misuse/misuse.h"

static TRIO_CHECKPOINT trio_status nothing(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

// misuse: trio_nursery_start_soon was called for a nursery that is closed
//   in task 1 "main"
//   object
//   opened
INSIDE(starting_soon_in_a_closed_nursery)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, nothing, NULL);
    return rc;
}

// misuse: trio_nursery_start was called for a nursery that is closed
//   in task 1 "main"
//   object
//   opened
INSIDE(starting_in_a_closed_nursery)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    if (rc == TRIO_OK)
        rc = trio_nursery_start(&nursery, nothing, NULL, NULL);
    return rc;
}

// misuse: closed a scope that this task has not open
//   in task 1 "main"
//   object
INSIDE(closing_a_nursery_twice)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    return trio_nursery_close(&nursery, rc);
}

// misuse: a nursery is closed by trio_nursery_close
//   in task 1 "main"
//   object
//   opened
INSIDE(closing_a_nursery_as_a_scope)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    return trio_cancel_scope_close(trio_nursery_cancel_scope(&nursery),
                                   TRIO_OK);
}

// misuse: a task ended with a scope or nursery open
//   in task 1 "main"
//   object
//   opened
INSIDE(ending_with_a_nursery_open)
{
    static struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    return trio_nursery_start_soon(&nursery, nothing, NULL);
}

static TRIO_CHECKPOINT trio_status start_twice(void *arg)
{
    trio_started(arg);
    trio_started(arg);
    return trio_checkpoint();
}

// misuse: trio_started was called twice
//   in task 2
//   object
INSIDE(saying_twice_that_it_has_started)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start(&nursery, start_twice, NULL, NULL);
    return trio_nursery_close(&nursery, rc);
}
