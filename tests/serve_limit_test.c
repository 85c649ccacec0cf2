// What trio/serve.h promises of `connections_max`, over the loopback.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/serve.h>

#include "tests/check.h"
#include "tests/sockets.h"

struct service {
    struct trio_server server;
    struct trio_serve_options options;
    struct trio_tcp_listener listeners[2];
    size_t count;
};

static TRIO_CHECKPOINT trio_status echo_a_byte(struct trio_stream *stream,
                                               void *arg)
{
    char byte;
    size_t length;

    (void)arg;
    trio_status rc = trio_stream_receive_some(stream, &byte, 1, &length);
    if (rc == TRIO_OK)
        rc = trio_stream_send_all(stream, &byte, 1, NULL);
    if (rc == TRIO_OK) // Stays until the client closes.
        rc = trio_stream_receive_some(stream, &byte, 1, &length);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status serve_task(void *arg)
{
    struct service *service = arg;

    return trio_serve(&service->server, service->listeners, service->count,
                      &service->options, echo_a_byte, NULL);
}

static TRIO_PARKS void begin(struct service *service,
                             struct trio_nursery *nursery, size_t listeners,
                             size_t connections_max)
{
    *service = (struct service){.server = TRIO_SERVER_INIT,
                                .options.connections_max = connections_max,
                                .count = listeners};
    for (size_t i = 0; i < listeners; i++)
        service->listeners[i] = open_listener();
    CHECK_OK(trio_nursery_start_soon(nursery, serve_task, service));
    settle();
}

static TRIO_PARKS void stop(struct service *service)
{
    trio_serve_stop(&service->server, 0);
    settle();
}

// ---- Clients ----

// Connects, says a byte, and has a task wait for the answer.
struct client {
    struct trio_tcp_stream tcp;
    char byte;
    struct transfer answer;
};

static TRIO_PARKS void call(struct client *client, struct trio_nursery *nursery,
                            const struct trio_tcp_listener *listener)
{
    *client = (struct client){.answer = {.stream = &client->tcp.stream,
                                         .data = &client->byte,
                                         .size = 1}};
    CHECK_OK(trio_tcp_connect(&listener->address, &client->tcp));
    CHECK_OK(trio_stream_send_all(&client->tcp.stream, "x", 1, NULL));
    CHECK_OK(trio_nursery_start_soon(nursery, receive_once, &client->answer));
    settle();
}

static bool is_answered(const struct client *client)
{
    return client->answer.done && client->answer.rc == TRIO_OK;
}

static TRIO_PARKS void hang_up(struct client *client)
{
    trio_stream_close_forcefully(&client->tcp.stream);
    settle();
}

// S48, S57
TEST_REAL(serve_limit, at_so_many_connections_accepting_pauses)
{
    struct service service;
    struct client clients[3];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    begin(&service, &nursery, 1, 2);
    for (size_t i = 0; i < COUNT(clients); i++)
        call(&clients[i], &nursery, &service.listeners[0]);
    CHECK(is_answered(&clients[0]) && is_answered(&clients[1]));
    CHECK(!clients[2].answer.done);
    struct trio_server_statistics full =
        trio_server_statistics(&service.server);
    CHECK_EQ(full.connections, 2);
    CHECK_EQ(full.accepted, 2);
    CHECK_EQ(full.pauses, 1);
    hang_up(&clients[0]);
    CHECK(is_answered(&clients[2]));
    hang_up(&clients[1]);
    hang_up(&clients[2]);
    struct trio_server_statistics idle =
        trio_server_statistics(&service.server);
    CHECK_EQ(idle.connections, 0);
    CHECK_EQ(idle.connections_peak, 2);
    CHECK_EQ(idle.accepted, 3);
    stop(&service);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

TEST_REAL(serve_limit, stopped_while_it_is_full_it_accepts_no_more)
{
    struct service service;
    struct client served, waiting;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    begin(&service, &nursery, 1, 1);
    call(&served, &nursery, &service.listeners[0]);
    call(&waiting, &nursery, &service.listeners[0]);
    stop(&service);
    hang_up(&served);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(waiting.answer.rc, TRIO_EBROKEN);
    CHECK_EQ(service.server.accepted, 1);
    trio_stream_close_forcefully(&waiting.tcp.stream);
}

// Nobody comes to the first one again: room is for whoever comes, wherever.
TEST_REAL(serve_limit, all_listeners_share_the_connections)
{
    struct service service;
    struct client clients[3];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    begin(&service, &nursery, 2, 1);
    for (size_t i = 0; i < COUNT(clients); i++)
        call(&clients[i], &nursery, &service.listeners[i == 0 ? 0 : 1]);
    for (size_t i = 0; i < COUNT(clients); i++) {
        CHECK(is_answered(&clients[i]));
        CHECK_EQ(service.server.connections, 1);
        hang_up(&clients[i]);
    }
    CHECK_EQ(trio_server_statistics(&service.server).connections_peak, 1);
    stop(&service);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// Both listeners were accepting: what the second one got is the server's.
TEST_REAL(serve_limit, stopped_it_closes_what_there_was_no_room_for)
{
    struct service service;
    struct client served, waiting;
    struct trio_nursery nursery;
    size_t descriptors = count_descriptors();

    trio_nursery_open(&nursery);
    begin(&service, &nursery, 2, 1);
    call(&served, &nursery, &service.listeners[0]);
    call(&waiting, &nursery, &service.listeners[1]);
    CHECK_EQ(count_descriptors(), descriptors + 6);
    stop(&service);
    hang_up(&served);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(waiting.answer.rc, TRIO_EBROKEN);
    CHECK_EQ(service.server.accepted, 1);
    trio_stream_close_forcefully(&waiting.tcp.stream);
    CHECK_EQ(count_descriptors(), descriptors);
}
