// The example kv_server on the real kernel, with clients that are slow on
// purpose: they take all places, send a byte now and then, and never a whole
// request.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/server.h"
#include "tests/check.h"
#include "tests/sockets.h"

#define CLIENTS 3

struct serving {
    struct kv_server kv;
    struct trio_server server;
    struct trio_tcp_listener listener;
};

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct serving *serving = arg;

    return trio_serve(&serving->server, &serving->listener, 1, NULL,
                      kv_serve_client, &serving->kv);
}

// Begins an argument that is large enough, and sends bytes of it until that is
// not possible any more.
static TRIO_CHECKPOINT trio_status dribble(void *arg)
{
    static const char begin[] = "*2\r\n$3\r\nGET\r\n$10000\r\n";
    struct trio_stream *stream = arg;
    trio_status rc = trio_stream_send_all(stream, begin, strlen(begin), NULL);

    while (rc == TRIO_OK) {
        rc = trio_sleep(20 * TRIO_MS);
        if (rc == TRIO_OK)
            rc = trio_stream_send_all(stream, "x", 1, NULL);
    }
    return rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

// Connects one more, sends a request, and compares what it gets.
static TRIO_PARKS void ask(const struct trio_address *address,
                           const char *expected)
{
    struct trio_tcp_stream tcp;
    struct trio_reader reader;
    char buffer[100], *line;
    size_t length;

    CHECK_OK(trio_tcp_connect(address, &tcp));
    // Who is turned away may be gone already.
    trio_ignore(trio_stream_send_all(&tcp.stream, "PING\r\n", 6, NULL));
    trio_reader_init(&reader, &tcp.stream, buffer, sizeof(buffer));
    if (CHECK_OK(trio_reader_read_line(&reader, &line, &length)))
        CHECK(length == strlen(expected) &&
              memcmp(line, expected, length) == 0);
    trio_stream_close_forcefully(&tcp.stream);
}

static TRIO_PARKS void hold_all_places(const struct trio_address *address)
{
    struct trio_tcp_stream slow[CLIENTS];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_time begun = trio_now();
    for (size_t i = 0; i < CLIENTS; i++) {
        CHECK_OK(trio_tcp_connect(address, &slow[i]));
        CHECK_OK(trio_nursery_start_soon(&nursery, dribble, &slow[i].stream));
    }
    CHECK_OK(trio_checkpoint());
    settle();
    ask(address, "-ERR max number of clients reached");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK)); // All were disconnected,
    CHECK(trio_now() - begun >= TRIO_SECOND);        // at the limit.
    for (size_t i = 0; i < CLIENTS; i++)
        trio_stream_close_forcefully(&slow[i].stream);
}

TEST_REAL(kv_slow, who_never_ends_a_request_loses_its_place)
{
    const struct kv_limits limits = {.clients = CLIENTS,
                                     .memory = 100000,
                                     .key = 20,
                                     .bulk = 30000,
                                     .request = 50000,
                                     .output = 40000,
                                     .subscriptions = 3,
                                     .idle = 1};
    struct serving serving = {.server = TRIO_SERVER_INIT,
                              .listener = open_listener()};
    const struct trio_address address = serving.listener.address;
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    size_t descriptors = count_descriptors() - 1; // Without the listener's.

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    CHECK_OK(kv_server_open(&serving.kv, &limits));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve, &serving));
    hold_all_places(&address);
    ask(&address, "+PONG");
    trio_serve_stop(&serving.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(serving.kv.connected, 0);
    kv_server_close(&serving.kv);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    CHECK_EQ(count_descriptors(), descriptors);
}
