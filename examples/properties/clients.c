// A property of a program of tasks: whoever comes, whenever, and however soon
// they lose patience, all connections come back to the pool.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/rapidcheck.h>
#include <trio/scenario.h>

#include "examples/tutorial/pool.h"

enum { CONNECTIONS_MAX = 3, CLIENTS_MAX = 6 };

struct client {
    trio_duration comes_after;
    trio_duration patience;
    struct pool *pool; // While it runs.
};

struct workload {
    size_t connections;
    size_t client_count;
    struct client clients[CLIENTS_MAX];
};

// ---- The program ----

static TRIO_CHECKPOINT trio_status use_connection(struct pool *pool)
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
    struct client *client = arg;
    struct trio_cancel_scope scope;

    trio_status rc = trio_sleep(client->comes_after);
    if (rc != TRIO_OK)
        return rc;
    trio_move_on_after(&scope, client->patience);
    rc = use_connection(client->pool);
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status run_clients(void *arg)
{
    struct workload workload = *(const struct workload *)arg;
    struct connection connections[CONNECTIONS_MAX];
    struct pool pool;
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    pool_open(&pool, connections, workload.connections);
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < workload.client_count; i++) {
        workload.clients[i].pool = &pool;
        rc = trio_nursery_start_soon(&nursery, run_client,
                                     &workload.clients[i]);
    }
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(pool_count(&pool) == workload.connections, "all are back");
    return rc;
}

// ---- The property ----

static void draw_client(struct trio_rc_source *source, void *arg,
                        void *ret_item)
{
    struct client *client = ret_item;

    (void)arg;
    client->comes_after = trio_rc_int(source, "comes after ms", 0, 9) * TRIO_MS;
    client->patience = trio_rc_int(source, "patience ms", 1, 99) * TRIO_MS;
}

static bool all_come_back(struct trio_rc_source *source, void *arg)
{
    struct workload workload;
    const struct trio_scenario scenario = {
        .name = "clients", .fn = run_clients, .arg = &workload};

    (void)arg;
    workload.connections =
        (size_t)trio_rc_int(source, "connections", 1, CONNECTIONS_MAX);
    workload.client_count =
        trio_rc_list(source, "clients", sizeof(struct client), CLIENTS_MAX,
                     draw_client, NULL, workload.clients);
    trio_rc_cover(source, 10, workload.client_count > workload.connections,
                  "somebody waits");
    return trio_rc_simulate(source, &scenario, NULL);
}

int main(void)
{
    return trio_rc_check("all come back", all_come_back, NULL) ? 0 : 1;
}
