// Two programs that close a connection twice, or never.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// cancel_double_close: to hang up, a client frees its handle and then waits for
// the peer to confirm. Cancelled there, that looks like a failure like any
// other, and the client's error path frees the handle once more, which by then
// may be another client's. The fix: who frees a handle forgets it.
//
// cancel_connect_race_leak: two tasks try two addresses, the second with some
// delay; the first to be connected wins and cancels the other. If the delay is
// cut short both may be connected at the same moment, before the cancellation
// reaches anyone, and the second connection is dropped as it is. The fix: a
// task that is connected and has not won closes its connection.

#include "bench/bugs/bugs.h"

// ---- A handle that is freed twice ----

enum { CLIENTS = 2, NO_HANDLE = -1 };

struct exchange {
    bool used[CLIENTS]; // Handles.
    bool fixed;
};

struct client {
    struct exchange *exchange;
    int handle;
};

static void open_handle(struct client *client)
{
    bool *used = client->exchange->used;
    int handle = 0;

    while (used[handle])
        handle++;
    used[handle] = true;
    trio_sim_owe(&used[handle], "handle");
    client->handle = handle;
}

static void free_handle(struct client *client)
{
    bool *used = client->exchange->used;

    if (client->handle == NO_HANDLE)
        return;
    trio_sim_settle(&used[client->handle]);
    used[client->handle] = false;
    if (client->exchange->fixed)
        client->handle = NO_HANDLE;
}

static TRIO_CHECKPOINT trio_status hang_up(struct client *client)
{
    free_handle(client);
    return trio_sleep(5 * TRIO_MS); // the peer confirms
}

static TRIO_CHECKPOINT trio_status talk(struct client *client)
{
    open_handle(client);
    trio_status rc = trio_sleep(10 * TRIO_MS); // ask and be answered
    if (rc == TRIO_OK)
        rc = hang_up(client);
    if (rc != TRIO_OK)
        free_handle(client); // Of hanging up, too?
    return rc;
}

static TRIO_CHECKPOINT trio_status call(void *arg)
{
    struct trio_cancel_scope limit;

    bugs_start();
    trio_move_on_after(&limit, TRIO_SECOND);
    trio_status rc = talk(arg);
    return trio_cancel_scope_close(&limit, rc);
}

static TRIO_CHECKPOINT trio_status run_exchange(bool fixed)
{
    struct exchange exchange = {.fixed = fixed};
    struct client clients[CLIENTS];

    bugs_start();
    for (size_t i = 0; i < CLIENTS; i++)
        clients[i] = (struct client){&exchange, NO_HANDLE};
    return bugs_run((struct bugs_tasks[]){
        {.name = "client",
         .fn = call,
         .arg = clients,
         .count = CLIENTS,
         .stride = sizeof(clients[0])},
        {.name = NULL},
    });
}

TRIO_SCENARIO(cancel_double_close,
              .witness = "main client client#2 clock client cancel:client")
{
    (void)arg;
    return run_exchange(false);
}

TRIO_SCENARIO(cancel_double_close_fixed)
{
    (void)arg;
    return run_exchange(true);
}

// ---- A second connection that nobody closes ----

enum { ADDRESSES = 2 };

struct connection {
    int address;
};

struct race {
    struct trio_nursery nursery;
    struct trio_event refused; // The first address does not answer.
    struct connection *winner;
    bool fixed;
};

struct attempt {
    struct race *race;
    struct connection connection;
};

// Leaves the first address a head start, unless it is over already.
static TRIO_CHECKPOINT trio_status hold_back(struct race *race)
{
    struct trio_cancel_scope head_start;

    trio_move_on_after(&head_start, 250 * TRIO_MS);
    trio_status rc = trio_event_wait(&race->refused);
    return trio_cancel_scope_close(&head_start, rc);
}

static TRIO_CHECKPOINT trio_status dial(struct connection *connection)
{
    trio_status rc = trio_sleep(10 * TRIO_MS);

    if (rc == TRIO_OK)
        trio_sim_owe(connection, "connection");
    return rc;
}

static void disconnect(struct connection *connection)
{
    trio_sim_settle(connection);
}

static TRIO_CHECKPOINT trio_status attempt_run(void *arg)
{
    struct attempt *attempt = arg;
    struct race *race = attempt->race;
    trio_status rc = TRIO_OK;

    bugs_start();
    if (attempt->connection.address > 0)
        rc = hold_back(race);
    if (rc == TRIO_OK)
        rc = dial(&attempt->connection);
    if (rc != TRIO_OK) {
        trio_event_set(&race->refused);
        return rc;
    }
    if (race->winner == NULL) {
        race->winner = &attempt->connection;
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&race->nursery),
                                 "the other one won");
    } else if (race->fixed) {
        disconnect(&attempt->connection);
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_race(bool fixed)
{
    static const struct trio_task_options options[ADDRESSES] = {
        {.name = "first"}, {.name = "second"}};
    struct race race = {.fixed = fixed};
    struct attempt attempts[ADDRESSES];
    trio_status rc = TRIO_OK;

    bugs_start();
    trio_nursery_open(&race.nursery);
    for (int i = 0; rc == TRIO_OK && i < ADDRESSES; i++) {
        attempts[i] = (struct attempt){&race, {i}};
        rc = trio_nursery_start_soon_with(&race.nursery, &options[i],
                                          attempt_run, &attempts[i]);
    }
    rc = trio_nursery_close(&race.nursery, rc);
    if (race.winner != NULL)
        disconnect(race.winner);
    return rc;
}

TRIO_SCENARIO(cancel_connect_race_leak,
              .witness = "main first second cancel:second")
{
    (void)arg;
    return run_race(false);
}

TRIO_SCENARIO(cancel_connect_race_leak_fixed)
{
    (void)arg;
    return run_race(true);
}
