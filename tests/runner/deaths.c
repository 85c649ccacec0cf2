// Scenarios that end their process, in each way that every system has, for the
// tests of reports. None of them asks the system for anything.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>

#include <trio/scenario.h>
#include <trio/trio.h>

TRIO_SCENARIO(aborts)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        abort();
    return rc;
}

// What it writes to, and how often it has gone round, nobody may foresee.
static int *volatile nowhere;
static volatile bool for_ever = true;

TRIO_SCENARIO(writes_to_nothing)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        *nowhere = 1;
    return rc;
}

TRIO_SCENARIO(never_ends)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    while (rc == TRIO_OK && for_ever) {
    }
    return rc;
}

// ---- Only in a schedule of its own ----

static TRIO_CHECKPOINT trio_status write_if_first(void *arg)
{
    const bool *arrived = arg;

    if (!*arrived)
        *nowhere = 1;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status arrive(void *arg)
{
    bool *arrived = arg;

    *arrived = true;
    return TRIO_OK;
}

TRIO_SCENARIO(writes_if_first)
{
    struct trio_nursery nursery;
    bool arrived = false;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, arrive, &arrived);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, write_if_first, &arrived);
    return trio_nursery_close(&nursery, rc);
}

// ---- Others ----

TRIO_SCENARIO(is_misused)
{
    struct trio_lock lock = TRIO_LOCK_INIT;

    (void)arg;
    trio_status rc = trio_checkpoint();
    if (rc == TRIO_OK)
        trio_lock_release(&lock); // Nobody has it.
    return rc;
}

static int descend(volatile int depth)
{
    volatile char frame[1024] = {(char)depth};

    return depth < 0 ? 0 : descend(depth + 1) + frame[depth % 1024];
}

TRIO_SCENARIO(descends)
{
    (void)arg;
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK && descend(0) != 0 ? TRIO_OK : rc;
}
