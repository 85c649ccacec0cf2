// The far end of each connection is served in a task of its own, in a nursery
// that is closed before the server is. The ends of the test are closed first,
// so that nobody waits for them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/kv_peers.h"

const struct kv_limits kv_peers_limits = {.clients = 3,
                                          .memory = 100000,
                                          .key = 20,
                                          .bulk = 30000,
                                          .request = 50000,
                                          .output = 40000,
                                          .subscriptions = 3,
                                          .idle = 10,
                                          .backlog = 100};

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct peer *peer = arg;

    peer->rc = kv_serve_client(&peer->far.stream, peer->server);
    peer->served = true;
    trio_ignore(trio_stream_close(&peer->far.stream));
    return peer->rc;
}

trio_status connect_peer(struct peer *peer, struct kv_server *server,
                         struct trio_nursery *nursery)
{
    *peer = (struct peer){.server = server, .rc = TRIO_OK};
    trio_memory_stream_pair(&peer->near, &peer->far);
    return trio_nursery_start_soon(nursery, serve, peer);
}

void close_peer(struct peer *peer)
{
    trio_stream_close_forcefully(&peer->near.stream);
    trio_stream_close_forcefully(&peer->far.stream);
}

trio_status say(struct peer *peer, const char *text)
{
    return trio_stream_send_all(&peer->near.stream, text, strlen(text), NULL);
}

trio_status expect(struct peer *peer, const char *expected)
{
    size_t left = strlen(expected), length;
    char text[2000];
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && left > 0) {
        rc = trio_stream_receive_some(
            &peer->near.stream, text,
            left < sizeof(text) - 1 ? left : sizeof(text) - 1, &length);
        if (rc != TRIO_OK)
            break;
        text[length] = '\0';
        if (strncmp(text, expected, length) != 0)
            CHECK_STRING(text, expected);
        expected += length;
        left -= length;
    }
    return rc;
}

trio_status exchange(struct peer *peer, const char *request, const char *reply)
{
    trio_status rc = say(peer, request);
    return rc == TRIO_OK ? expect(peer, reply) : rc;
}

trio_status receive_to_end(struct peer *peer, size_t *ret_received)
{
    char buffer[1000];
    size_t length;
    trio_status rc;

    *ret_received = 0;
    while ((rc = trio_stream_receive_some(&peer->near.stream, buffer,
                                          sizeof(buffer), &length)) == TRIO_OK)
        *ret_received += length;
    return rc;
}

trio_status expect_end(struct peer *peer)
{
    size_t length;
    trio_status rc = receive_to_end(peer, &length);

    CHECK_EQ(length, 0);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

// ---- A server and its clients ----

static TRIO_PARKS trio_status run_peers(struct world *world, size_t count,
                                        trio_status (*body)(struct world *))
{
    trio_status rc = TRIO_OK;

    trio_nursery_open(&world->nursery);
    for (size_t i = 0; i < count && rc == TRIO_OK; i++)
        rc = connect_peer(&world->peers[i], &world->server, &world->nursery);
    if (rc == TRIO_OK)
        rc = body(world);
    for (size_t i = 0; i < count; i++)
        if (world->peers[i].near.stream.operations != NULL)
            trio_ignore(trio_stream_close(&world->peers[i].near.stream));
    return trio_nursery_close(&world->nursery, rc);
}

void run_world(size_t count, trio_status (*body)(struct world *))
{
    static struct world worlds[1];
    struct world *world = worlds;

    memset(world, 0, sizeof(*world));
    trio_status rc = kv_server_open(&world->server, &kv_peers_limits);
    if (rc == TRIO_OK) {
        rc = run_peers(world, count, body);
        TRIO_SIM_ALWAYS(world->server.connected == 0, "all have left");
        kv_server_close(&world->server);
    }
    for (size_t i = 0; i < count; i++)
        close_peer(&world->peers[i]);
    CHECK_OK(rc);
}
