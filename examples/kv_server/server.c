// All clients are in a list, and each is served by a task: see client.c.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/server.h"

#include "examples/kv_server/client.h"

#define COLLECT_EVERY (100 * TRIO_MS)
#define COLLECT_MAX 1000

// ---- The server ----

static void tell_expired(void *arg, struct kv_bytes key)
{
    const struct kv_bytes words[] = {{"DEL", 3}, key};

    kv_changes_tell(arg, words, 2);
}

trio_status kv_server_open(struct kv_server *ret_server,
                           const struct kv_limits *limits)
{
    *ret_server = (struct kv_server){.limits = *limits, .started = trio_now()};
    kv_hub_init(&ret_server->hub);
    kv_leader_open(&ret_server->leader, &ret_server->changes);
    trio_status rc = kv_store_open(&ret_server->store, (size_t)limits->memory);
    ret_server->store.on_expired = tell_expired;
    ret_server->store.on_expired_arg = &ret_server->changes;
    return rc;
}

void kv_server_close(struct kv_server *server)
{
    TRIO_ASSERT(server->clients == NULL);
    kv_leader_close(&server->leader);
    kv_store_close(&server->store);
}

trio_status kv_server_collect(void *arg)
{
    struct kv_server *server = arg;
    trio_status rc;

    while ((rc = trio_sleep(COLLECT_EVERY)) == TRIO_OK)
        while (kv_store_collect(&server->store, COLLECT_MAX) == COLLECT_MAX &&
               (rc = trio_checkpoint()) == TRIO_OK)
            continue;
    return rc;
}

// ---- A client ----

static void enter(struct kv_client *client, struct kv_server *server,
                  struct trio_stream *stream)
{
    kv_client_init(client, server, stream);
    client->number = ++server->accepted;
    client->next = server->clients;
    if (client->next != NULL)
        client->next->previous = client;
    server->clients = client;
    server->connected++;
}

static void leave(struct kv_client *client)
{
    struct kv_server *server = client->server;

    kv_client_free(client);
    if (client->next != NULL)
        client->next->previous = client->previous;
    if (client->previous != NULL)
        client->previous->next = client->next;
    else
        server->clients = client->next;
    server->connected--;
}

static TRIO_CHECKPOINT trio_status serve(struct kv_client *client)
{
    struct trio_nursery nursery;

    trio_move_on_after(&client->scope, kv_client_idle_limit(client));
    trio_nursery_open(&nursery);
    client->nursery = &nursery;
    trio_status rc = trio_nursery_close(&nursery, kv_client_talk(client));
    return trio_cancel_scope_close(&client->scope, rc);
}

static TRIO_CHECKPOINT trio_status reject(struct kv_server *server,
                                          struct trio_stream *stream)
{
    static const char text[] = "-ERR max number of clients reached\r\n";

    server->accepted++;
    server->rejected++;
    return trio_stream_send_all(stream, text, sizeof(text) - 1, NULL);
}

trio_status kv_serve_client(struct trio_stream *stream, void *arg)
{
    struct kv_server *server = arg;
    struct kv_client client;

    if (server->connected >= server->limits.clients)
        return reject(server, stream);
    enter(&client, server, stream);
    trio_status rc = serve(&client);
    leave(&client);
    return rc;
}
