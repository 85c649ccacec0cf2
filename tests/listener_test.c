// What trio/listener.h promises: one table, whatever is behind it. One kind is
// the tests' own, of memory streams, so that this runs in simulation.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/listener.h>

#include "tests/check.h"
#include "tests/door.h"
#include "tests/sockets.h"

// ---- The table ----

TEST(listener, one_that_is_all_zeros_is_closed)
{
    struct trio_listener zeros = {.operations = NULL};
    struct trio_address address;
    struct trio_stream *stream;

    CHECK_STATUS(trio_listener_accept(&zeros, NULL, &stream, &address),
                 TRIO_ECLOSED);
    address = trio_listener_address(&zeros);
    CHECK_EQ(address.family, 0);
    trio_listener_close(&zeros);
}

TEST(listener, its_streams_are_made_where_the_caller_says)
{
    struct door door = open_door();
    struct trio_memory_stream guest, storage;
    struct trio_stream *stream = NULL;
    struct trio_address peer;

    enter_door(&door, &guest);
    CHECK_OK(trio_listener_accept(&door.listener, &storage, &stream, &peer));
    CHECK(stream == &storage.stream);
    CHECK_EQ(trio_listener_address(&door.listener).family, TRIO_ADDRESS_LOCAL);
    trio_stream_close_forcefully(stream);
    trio_stream_close_forcefully(&guest.stream);
    trio_listener_close(&door.listener);
    CHECK_STATUS(trio_listener_accept(&door.listener, &storage, &stream, &peer),
                 TRIO_ECLOSED);
}

// ---- Serving over it ----

struct service {
    struct trio_server server;
    struct trio_listener *listeners[3];
    size_t count;
};

static TRIO_CHECKPOINT trio_status serve_task(void *arg)
{
    struct service *service = arg;

    return trio_serve_listeners(&service->server, service->listeners,
                                service->count, NULL, echo_once, NULL);
}

// S48
TEST(listener, any_kind_is_served)
{
    struct door door = open_door();
    struct service service = {
        .server = TRIO_SERVER_INIT, .listeners = {&door.listener}, .count = 1};
    struct trio_memory_stream guests[3];
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, serve_task, &service);
    for (size_t i = 0; i < COUNT(guests) && rc == TRIO_OK; i++) {
        enter_door(&door, &guests[i]);
        // Out of memory, serving pauses; for ever, it accepts nobody.
        for (int wait = 0; wait < 5 && rc == TRIO_OK && door.count > 0; wait++)
            rc = trio_sleep(50 * TRIO_MS);
        if (door.count > 0)
            break;
        rc = trio_combine(rc, have_echoed(&guests[i].stream));
    }
    trio_serve_stop(&service.server, TRIO_SECOND);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_EQ(service.server.accepted, COUNT(guests));
    CHECK(door.closed);
}

// On the kernel: TCP is its own.
// S48
TEST_REAL(listener, several_kinds_are_served_at_once)
{
    struct door door = open_door();
    struct trio_socket_listener tcp = open_listener();
    struct service service = {.server = TRIO_SERVER_INIT,
                              .listeners = {&door.listener, &tcp.listener},
                              .count = 2};
    struct trio_memory_stream guest;
    struct trio_socket_stream caller;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_task, &service));
    enter_door(&door, &guest);
    settle();
    CHECK_OK(have_echoed(&guest.stream));
    CHECK_OK(trio_tcp_connect(&tcp.address, &caller));
    CHECK_OK(have_echoed(&caller.stream));
    trio_serve_stop(&service.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(!tcp.socket.open && door.closed);
}
