// What trio/tls_listener.h promises: over a listener of memory streams, with a
// server around both, and over TCP.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tls_listener.h>

#include <stdlib.h>

#include <trio/tls_open.h>

#include "tests/check.h"
#include "tests/door.h"
#include "tests/sockets.h"
#include "tests/tls/blocks.h"
#include "tests/tls/kit.h"

static struct tls_contexts *contexts(void)
{
    return contexts_of(TRIO_TLS_DEFAULT);
}

static void open_over(struct trio_tls_listener *over,
                      struct trio_listener *below)
{
    trio_tls_listener_init(over, &contexts()->server, below);
}

static TRIO_CHECKPOINT trio_status ask_over(struct trio_memory_stream *guest)
{
    struct trio_tls_stream tls;

    trio_status rc = trio_tls_client_open(&contexts()->client, &guest->stream,
                                          KIT_HOST, &tls);
    return rc == TRIO_OK ? have_echoed(&tls.stream) : rc;
}

// ---- The table ----

// S48a
TEST_ONCE(tls_listener, accepts_a_tls_stream_over_what_the_one_below_accepts)
{
    struct door door = open_door();
    struct trio_tls_listener over;
    struct trio_memory_stream guest;
    struct trio_stream *stream = NULL;
    struct trio_address peer;

    open_over(&over, &door.listener);
    CHECK_EQ(trio_listener_address(&over.listener).family, TRIO_ADDRESS_LOCAL);
    enter_door(&door, &guest);
    void *storage = malloc(over.listener.stream_size);
    // It returns, though the peer says nothing.
    CHECK_OK(trio_listener_accept(&over.listener, storage, &stream, &peer));
    CHECK(stream == &((struct trio_tls_stream *)storage)->stream);
    CHECK_EQ(peer.family, TRIO_ADDRESS_LOCAL);
    CHECK_OK(trio_stream_close(stream));
    CHECK_OK(trio_stream_close(&guest.stream));
    trio_listener_close(&over.listener);
    CHECK(door.closed);
    CHECK_STATUS(trio_listener_accept(&over.listener, storage, &stream, &peer),
                 TRIO_ECLOSED);
    free(storage);
}

// ---- Served ----

struct service {
    struct trio_server server;
    struct trio_tls_listener over;
};

static void ignore(const struct trio_address *peer, trio_status rc, void *arg)
{
    (void)peer, (void)rc, (void)arg;
}

static TRIO_CHECKPOINT trio_status serve_task(void *arg)
{
    static const struct trio_serve_options options = {.on_error = ignore};
    struct service *service = arg;
    struct trio_listener *listener = &service->over.listener;

    return trio_serve_listeners(&service->server, &listener, 1, &options,
                                echo_once, NULL);
}

// Out of memory a connection may be dropped, and then nobody takes it up.
static TRIO_CHECKPOINT trio_status be_accepted(struct door *door,
                                               struct trio_memory_stream *guest)
{
    trio_status rc = TRIO_OK;

    enter_door(door, guest);
    for (int wait = 0; wait < 5 && rc == TRIO_OK && door->count > 0; wait++)
        rc = trio_sleep(50 * TRIO_MS);
    if (rc == TRIO_OK && door->count > 0)
        rc = TRIO_EABANDONED;
    return rc;
}

// The guests stay until the server is done with them.
struct visit {
    struct door door;
    struct service service;
    struct trio_memory_stream slow, guest;
};

// One says nothing; the other is served meanwhile.
static TRIO_CHECKPOINT trio_status come_with_somebody_slow(struct visit *visit)
{
    trio_status rc = be_accepted(&visit->door, &visit->slow);

    if (rc == TRIO_OK)
        rc = be_accepted(&visit->door, &visit->guest);
    return rc == TRIO_OK ? ask_over(&visit->guest) : rc;
}

static TRIO_CHECKPOINT trio_status serve_and_come(void)
{
    struct visit visit = {.door = open_door(),
                          .service.server = TRIO_SERVER_INIT};
    struct trio_nursery nursery;

    open_over(&visit.service.over, &visit.door.listener);
    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon(&nursery, serve_task, &visit.service);
    if (rc == TRIO_OK)
        rc = come_with_somebody_slow(&visit);
    trio_serve_stop(&visit.service.server, TRIO_SECOND);
    rc = trio_nursery_close(&nursery, rc);
    trio_stream_close_forcefully(&visit.slow.stream);
    trio_stream_close_forcefully(&visit.guest.stream);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || visit.door.closed,
                    "closed with its server");
    return rc;
}

// S48, S48a
TEST(tls_listener, who_is_slow_keeps_nobody_else_waiting)
{
    size_t blocks = 0;

    for (int i = 0; i < 2; i++) { // OpenSSL keeps what it makes once.
        blocks = count_blocks();
        CHECK_OK(serve_and_come());
    }
    TRIO_SIM_ALWAYS(count_blocks() == blocks, "OpenSSL holds nothing");
}

static TRIO_PARKS void ask_by_name(uint16_t port)
{
    struct trio_tls_connection connection;

    CHECK_OK(trio_tls_open(&contexts()->client, "127.0.0.1", port, NULL,
                           &connection));
    CHECK_OK(have_echoed(&connection.tls.stream));
}

// S48, S48a
TEST_REAL(tls_listener, is_served_over_tcp)
{
    struct trio_tcp_listener tcp = open_listener();
    struct service service = {.server = TRIO_SERVER_INIT};
    size_t descriptors = count_descriptors();
    struct trio_nursery nursery;

    open_over(&service.over, &tcp.listener);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, &service));
    for (int i = 0; i < 3; i++)
        ask_by_name(tcp.address.port);
    trio_serve_stop(&service.server, TRIO_SECOND);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(service.server.accepted, 3);
    CHECK(!tcp.socket.open);
    CHECK_EQ(count_descriptors(), descriptors - 1);
}
