// Clients share two connections to a database, each with a limit to its
// patience. Whoever gives up in the queue has taken nothing; whoever gives up
// in the middle of a query leaves a connection that is of no use to the next
// one, so it is reset before it goes back. With --virtual nothing really waits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>
#include <string.h>

#include <trio/channel.h>
#include <trio/clock.h>
#include <trio/trio.h>

#define CONNECTIONS 2
#define RESET_LIMIT (20 * TRIO_MS)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// A stand-in for something far away.
struct connection {
    int number;
    bool in_query;               // An answer is still to come.
    trio_duration reset_latency; // Until it says that it is ready again.
};

// Idle connections lie in a channel. A receive takes one or is cancelled, never
// both, and serves the client that has waited longest.
struct pool {
    struct connection connections[CONNECTIONS];
    struct connection *idle[CONNECTIONS];
    struct trio_channel channel;
    struct trio_sender give_back;
    struct trio_receiver check_out;
};

struct client {
    const char *name;
    trio_duration query;
    trio_duration patience;
    struct pool *pool;
    trio_status status;
    int connection; // That it was given; 0: none.
};

static TRIO_CHECKPOINT trio_status ask(struct connection *connection,
                                       trio_duration latency)
{
    connection->in_query = true;
    trio_status rc = trio_sleep(latency);
    if (rc == TRIO_OK)
        connection->in_query = false;
    return rc;
}

// ---- The pool ----

static void pool_add(struct pool *pool, struct connection *connection)
{
    trio_status rc = trio_channel_send_nowait(&pool->give_back, &connection);

    TRIO_ASSERT(rc == TRIO_OK); // There is room for all of them.
}

static void pool_open(struct pool *pool)
{
    trio_channel_open(&pool->channel, sizeof pool->idle[0], pool->idle,
                      CONNECTIONS, &pool->give_back, &pool->check_out);
    for (int i = 0; i < CONNECTIONS; i++) {
        pool->connections[i] = (struct connection){.number = i + 1};
        pool_add(pool, &pool->connections[i]);
    }
    // The second has a server that does not answer any more when asked to stop.
    pool->connections[0].reset_latency = 5 * TRIO_MS;
    pool->connections[1].reset_latency = TRIO_FOREVER;
}

static void pool_close(struct pool *pool)
{
    trio_sender_close(&pool->give_back);
    trio_receiver_close(&pool->check_out);
}

// Makes a connection fit for the next client. We may be here because we are
// cancelled, and yet have to wait: that takes a shield, and a shield takes a
// limit, or the client that gave up would hang after all.
static TRIO_PARKS void restore(struct connection *connection)
{
    struct trio_cancel_scope shield;

    trio_shield_after(&shield, RESET_LIMIT);
    trio_status rc = trio_sleep(connection->reset_latency);
    rc = trio_cancel_scope_close(&shield, rc);
    if (rc == TRIO_OK) {
        printf("connection %d: reset\n", connection->number);
    } else {
        trio_error_clear(); // It is handled here: there are other servers.
        connection->reset_latency = 5 * TRIO_MS;
        printf("connection %d: replaced\n", connection->number);
    }
    connection->in_query = false;
}

static TRIO_PARKS void pool_give_back(struct pool *pool,
                                      struct connection *connection)
{
    if (connection->in_query)
        restore(connection);
    pool_add(pool, connection);
}

// ---- The clients ----

static TRIO_CHECKPOINT trio_status use_pool(struct client *client)
{
    struct connection *connection;
    trio_status rc =
        trio_channel_receive(&client->pool->check_out, &connection);

    if (rc != TRIO_OK)
        return rc; // None was taken, so there is none to give back.
    client->connection = connection->number;
    rc = ask(connection, client->query);
    pool_give_back(client->pool, connection);
    return rc;
}

// Running out of patience is a result here, not a failure of the program.
static TRIO_CHECKPOINT trio_status run_client(void *arg)
{
    struct client *client = arg;
    struct trio_cancel_scope limit;

    trio_fail_after(&limit, client->patience);
    trio_status rc = use_pool(client);
    client->status = trio_cancel_scope_close(&limit, rc);
    return client->status == TRIO_ETIMEDOUT ? TRIO_OK : client->status;
}

static TRIO_CHECKPOINT trio_status run_all(struct client *clients, size_t count)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < count; i++)
        rc = trio_nursery_start_soon(&nursery, run_client, &clients[i]);
    return trio_nursery_close(&nursery, rc);
}

static void print(const struct client *client)
{
    if (client->status == TRIO_OK)
        printf("%s: answered by %d\n", client->name, client->connection);
    else if (client->connection != 0)
        printf("%s: gave up on %d\n", client->name, client->connection);
    else
        printf("%s: gave up in the queue\n", client->name);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct pool pool;
    struct client clients[] = {
        {"Ada", 500 * TRIO_MS, 40 * TRIO_MS, &pool, TRIO_OK, 0},
        {"Grace", 500 * TRIO_MS, 50 * TRIO_MS, &pool, TRIO_OK, 0},
        {"Mary", 10 * TRIO_MS, 30 * TRIO_MS, &pool, TRIO_OK, 0},
        {"Joan", 50 * TRIO_MS, 200 * TRIO_MS, &pool, TRIO_OK, 0},
        {"Edith", 10 * TRIO_MS, 200 * TRIO_MS, &pool, TRIO_OK, 0},
    };

    (void)arg;
    pool_open(&pool);
    trio_status rc = run_all(clients, COUNT(clients));
    size_t idle = trio_channel_statistics(&pool.channel).buffered;
    pool_close(&pool);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(clients); i++)
        print(&clients[i]);
    printf("%zu connections idle\n", idle);
    return rc;
}

int main(int argc, char **argv)
{
    struct trio_mock_clock mock = TRIO_MOCK_CLOCK_INIT;
    struct trio_config config = trio_config_platform();

    mock.autojump = true;
    if (argc > 1 && strcmp(argv[1], "--virtual") == 0)
        config.clock = trio_clock_mock(&mock);
    return trio_exit_code(trio_run_with(&config, program, NULL));
}
