// A pool is a list of connections that are idle, and a permit for each.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/tutorial/pool.h"

void pool_open(struct pool *pool, struct connection *connections, size_t count)
{
    *pool = (struct pool){.permits = TRIO_SEMAPHORE_INIT(0)};
    for (size_t i = 0; i < count; i++)
        pool_give_back(pool, &connections[i]);
}

size_t pool_count(const struct pool *pool)
{
    size_t count = 0;

    for (const struct connection *at = pool->idle; at != NULL; at = at->next)
        count++;
    return count;
}

trio_status pool_take(struct pool *pool, struct connection **ret_connection)
{
    trio_status rc = trio_semaphore_acquire(&pool->permits);
    if (rc != TRIO_OK)
        return rc;
    struct connection *connection = pool->idle;
    pool->idle = connection->next;

    // It may have died while it lay there: say hello first.
    rc = ask(connection, TRIO_MS);
    if (rc != TRIO_OK) {
        pool_give_back(pool, connection);
        return rc;
    }
    *ret_connection = connection;
    return TRIO_OK;
}

void pool_give_back(struct pool *pool, struct connection *connection)
{
    connection->next = pool->idle;
    pool->idle = connection;
    trio_semaphore_release(&pool->permits);
}

trio_status ask(struct connection *connection, trio_duration latency)
{
    (void)connection;
    return trio_sleep(latency); // a stand-in for something far away
}
