// A client's patience is a scope with a deadline around all that it waits for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/tutorial/clients.h"

#include <trio/probe.h>

#define PATIENCE (250 * TRIO_MS)

static TRIO_CHECKPOINT trio_status ask_pool(struct pool *pool)
{
    struct connection *connection;
    trio_status rc = pool_take(pool, &connection);

    if (rc != TRIO_OK)
        return rc;
    rc = ask(connection, 3 * TRIO_MS);
    pool_give_back(pool, connection);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_client(void *arg)
{
    struct trio_cancel_scope patience;

    trio_move_on_after(&patience, PATIENCE);
    trio_status rc = ask_pool(arg);
    rc = trio_cancel_scope_close(&patience, rc);
    TRIO_SIM_SOMETIMES(trio_cancel_scope_caught(&patience), "gives up");
    return rc;
}

trio_status run_clients(struct pool *pool, size_t count)
{
    static const struct trio_task_options clients[] = {
        {.name = "Ada"}, {.name = "Grace"}, {.name = "Mary"}};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < count; i++)
        rc = trio_nursery_start_soon_with(&nursery, &clients[i], run_client,
                                          pool);
    return trio_nursery_close(&nursery, rc);
}
