// What clients see of the store is what one value would have shown them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/history.h>
#include <trio/scenario.h>

#include "examples/history/store.h"

struct client {
    uint32_t number;
    struct store *store;
    struct trio_history *history;
};

static TRIO_CHECKPOINT trio_status write_value(struct client *client,
                                               int64_t value)
{
    struct trio_history_call call = {
        .client = client->number, .kind = TRIO_HISTORY_WRITE, .value = value};
    size_t id = trio_history_invoke(client->history, call);
    trio_status rc = store_write(client->store, value);
    if (rc == TRIO_OK)
        trio_history_respond(client->history, id, 0);
    return rc; // Otherwise it may have been written, or not.
}

static TRIO_CHECKPOINT trio_status read_value(struct client *client)
{
    struct trio_history_call call = {.client = client->number,
                                     .kind = TRIO_HISTORY_READ};
    int64_t value;
    size_t id = trio_history_invoke(client->history, call);
    trio_status rc = store_read(client->store, &value);
    if (rc == TRIO_OK)
        trio_history_respond(client->history, id, value);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_client(void *arg)
{
    struct client *client = arg;
    trio_status rc = write_value(client, client->number);

    if (rc == TRIO_OK)
        rc = read_value(client);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_clients(struct trio_history *history)
{
    static const struct trio_task_options names[] = {{.name = "Ada"},
                                                     {.name = "Grace"}};
    struct store store = {TRIO_HISTORY_NONE, TRIO_HISTORY_NONE, NULL};
    struct client clients[2];
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    store.copying = &nursery;
    for (uint32_t i = 0; rc == TRIO_OK && i < 2; i++) {
        clients[i] = (struct client){i + 1, &store, history};
        rc = trio_nursery_start_soon_with(&nursery, &names[i], run_client,
                                          &clients[i]);
    }
    return trio_nursery_close(&nursery, rc);
}

TRIO_SCENARIO(is_one_value)
{
    struct trio_history_operation operations[4];
    struct trio_history history;

    (void)arg;
    trio_history_open(&history, &trio_history_register, operations, 4, NULL);
    trio_sim_name(&history, "history");
    trio_status rc = run_clients(&history);
    trio_status answer = TRIO_SIM_LINEARIZABLE(&history, "it is one value");
    trio_history_close(&history);
    return rc != TRIO_OK ? rc : answer;
}
