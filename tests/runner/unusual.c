// Scenarios that end as no scenario should, for unusual_test.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <stdlib.h>
#include <unistd.h>

#include <trio/scenario.h>
#include <trio/trio.h>

// ---- The end of the process ----

TRIO_SCENARIO(calls_exit)
{
    (void)arg;
    exit(0);
}

TRIO_SCENARIO(calls_underscore_exit)
{
    (void)arg;
    _exit(0);
}

TRIO_SCENARIO(calls_quick_exit)
{
    (void)arg;
    quick_exit(0);
}

// Only in a schedule of its own.
static TRIO_CHECKPOINT trio_status exit_if_first(void *arg)
{
    bool *went = arg;

    if (!*went)
        exit(0);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status go(void *arg)
{
    bool *went = arg;

    trio_touch(went, TRIO_ACCESS_WRITE);
    *went = true;
    return TRIO_OK;
}

TRIO_SCENARIO(exits_if_first)
{
    struct trio_nursery nursery;
    bool went = false;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, go, &went);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, exit_if_first, &went);
    return trio_nursery_close(&nursery, rc);
}

// ---- The real world ----

TRIO_SCENARIO(asks_for_the_environment)
{
    (void)arg;
    return getenv("HOME") == NULL ? TRIO_OK : trio_checkpoint();
}

// ---- What is in order ----

TRIO_SCENARIO(works)
{
    (void)arg;
    return trio_checkpoint();
}
