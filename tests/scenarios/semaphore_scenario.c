// So many at a time, in the order in which they came.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

struct pool {
    struct trio_semaphore permits;
    struct tickets tickets;
    int size;
    int inside;
    int served;
};

// Both numbers as the header has them.
static void check(const struct pool *pool)
{
    struct trio_semaphore_statistics now =
        trio_semaphore_statistics(&pool->permits);

    TRIO_SIM_ALWAYS(now.permits == 0 || now.waiting == 0,
                    "no permit is free while a task waits");
    TRIO_SIM_ALWAYS(pool->inside <= pool->size, "no more than there are");
}

static TRIO_CHECKPOINT trio_status work(struct pool *pool)
{
    pool->inside++;
    check(pool);
    trio_status rc = trio_sleep(TRIO_SECOND);
    pool->inside--;
    pool->served++;
    trio_semaphore_release(&pool->permits);
    check(pool);
    return rc;
}

static TRIO_CHECKPOINT trio_status use_it_twice(void *arg)
{
    struct pool *pool = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < 2; i++) {
        unsigned ticket = tickets_draw(&pool->tickets);
        rc = trio_semaphore_acquire(&pool->permits);
        int before = tickets_return(&pool->tickets, ticket);
        if (rc != TRIO_OK)
            return rc;
        // Of those that were given one at once, any may run first.
        TRIO_SIM_ALWAYS(before < pool->size, "nobody overtakes who waits");
        rc = work(pool);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status use_it_soon(void *arg)
{
    struct pool *pool = arg;
    struct trio_cancel_scope patience;

    trio_move_on_after(&patience, TRIO_SECOND);
    trio_status rc = trio_semaphore_acquire(&pool->permits);
    if (rc == TRIO_OK)
        rc = work(pool);
    rc = trio_cancel_scope_close(&patience, rc);
    TRIO_SIM_SOMETIMES(trio_cancel_scope_caught(&patience),
                       "somebody gives up");
    return rc;
}

static TRIO_CHECKPOINT trio_status use_pool(int size)
{
    struct pool pool = {.permits =
                            TRIO_SEMAPHORE_INIT_MAX((size_t)size, (size_t)size),
                        .size = size};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_sim_name(&pool.permits, "permits");
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 3; i++)
        rc = trio_nursery_start_soon(&nursery, use_it_twice, &pool);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, use_it_soon, &pool);
    rc = trio_nursery_close(&nursery, rc);

    struct trio_semaphore_statistics left =
        trio_semaphore_statistics(&pool.permits);
    TRIO_SIM_ALWAYS(left.permits == (size_t)size && left.waiting == 0,
                    "every permit is back in the end");
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(pool.served >= 6, "everybody is served");
    return rc;
}

TRIO_SCENARIO(no_permit_is_lost)
{
    (void)arg;
    return use_pool(2);
}

TRIO_SCENARIO(one_permit_goes_round)
{
    (void)arg;
    return use_pool(1);
}
