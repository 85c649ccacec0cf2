// Workers empty a queue; two wait until all of it is dealt with.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

enum { JOBS = 5 };

struct office {
    struct trio_queue queue;
    int slots[2];
    int put;  // By calls that have returned.
    int done; // Of those, or of those about to return.
    int joined;
};

static TRIO_CHECKPOINT trio_status work(void *arg)
{
    struct office *office = arg;
    trio_status rc;
    int effort;

    while ((rc = trio_queue_get(&office->queue, &effort)) == TRIO_OK) {
        rc = trio_sleep(effort * TRIO_MS);
        office->done++;
        trio_queue_task_done(&office->queue);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status wait_for_all(void *arg)
{
    struct office *office = arg;
    int put = office->put;

    trio_status rc = trio_queue_join(&office->queue);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_ALWAYS(office->done >= put, "what was put before is done");
    office->joined++;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status fill(struct office *office)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < JOBS; i++) {
        int effort = i % 2;
        rc = trio_queue_put(&office->queue, &effort);
        office->put += rc == TRIO_OK;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status manage(struct office *office,
                                          struct trio_nursery *nursery)
{
    trio_status rc = fill(office);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(nursery, wait_for_all, office);
    if (rc == TRIO_OK)
        rc = trio_queue_join(&office->queue);
    if (rc == TRIO_OK)
        TRIO_SIM_ALWAYS(office->done == JOBS, "join waits for the last one");
    trio_queue_end(&office->queue);
    return rc;
}

TRIO_SCENARIO(join_waits_for_all_that_was_put)
{
    struct office office = {.put = 0};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_queue_open(&office.queue, sizeof(int), office.slots, 2);
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(&nursery, work, &office);
    if (rc == TRIO_OK)
        rc = manage(&office, &nursery);
    rc = trio_nursery_close(&nursery, rc);
    trio_queue_close(&office.queue);

    struct trio_queue_statistics left = trio_queue_statistics(&office.queue);
    TRIO_SIM_ALWAYS(left.unfinished == 0, "what was got is done");
    TRIO_SIM_ALWAYS(left.putting + left.getting + left.joining == 0,
                    "nobody is left waiting");
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(office.joined == 2, "everybody who joins returns");
    return rc;
}

// Closed with items in it, while others put, get and join.
static TRIO_CHECKPOINT trio_status keep_putting(void *arg)
{
    struct office *office = arg;

    trio_status rc = fill(office);
    return rc == TRIO_EBROKEN || rc == TRIO_ECLOSED ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status keep_getting(void *arg)
{
    trio_status rc = work(arg);
    return rc == TRIO_ECLOSED ? TRIO_OK : rc;
}

TRIO_SCENARIO(a_queue_is_closed_under_its_users)
{
    struct office office = {.put = 0};
    static const trio_task_fn users[] = {keep_putting, keep_putting,
                                         keep_getting, keep_putting};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_queue_open(&office.queue, sizeof(int), office.slots, 2);
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(users); i++)
        rc = trio_nursery_start_soon(&nursery, users[i], &office);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_MS);
    trio_queue_close(&office.queue);
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(trio_queue_statistics(&office.queue).unfinished == 0,
                    "what was dropped need not be done");
    return rc;
}
