// Two hosts: what is sent over TCP comes, all of it and in order, whenever it
// arrives; a question by datagram is asked again until there is an answer.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/sim_net.h>

#include "tests/scenarios/kit.h"

static const struct trio_address any = {.family = TRIO_ADDRESS_IPV4,
                                        .port = 80};

static const struct trio_sim_fault_options lossy = {.loss = true};

// Starts a server and lets it come to its wait.
static TRIO_CHECKPOINT trio_status start_server(struct trio_nursery *nursery,
                                                trio_task_fn serve,
                                                struct trio_address *ret_server)
{
    struct trio_sim_host *server;
    trio_status rc = trio_sim_host_open("server", NULL, &server);

    if (rc != TRIO_OK)
        return rc;
    *ret_server = trio_sim_host_address(server, TRIO_ADDRESS_IPV4, 80);
    rc = trio_sim_host_start_soon(server, nursery, serve, NULL);
    return rc == TRIO_OK ? trio_sleep(TRIO_SECOND) : rc;
}

// ---- Streams ----

static TRIO_CHECKPOINT trio_status answer_one(struct trio_stream *stream)
{
    char data[8];
    size_t length = 0;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, data, sizeof(data),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(stream, data, length, NULL);
        if (rc != TRIO_OK)
            break;
    }
    trio_stream_close_forcefully(stream);
    return rc == TRIO_EEND || rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status serve_streams(void *arg)
{
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_listen(&any, NULL, &listener);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_accept(&listener, &stream);
    trio_tcp_listener_close(&listener);
    return rc == TRIO_OK ? answer_one(&stream.stream) : rc;
}

static TRIO_CHECKPOINT trio_status say(struct trio_stream *stream,
                                       const char *word)
{
    size_t size = strlen(word), total = 0, length = 0;
    char data[8];
    trio_status rc = trio_stream_send_all(stream, word, size, NULL);

    while (rc == TRIO_OK && total < size) {
        rc = trio_stream_receive_some(stream, data + total, size - total,
                                      &length);
        if (rc == TRIO_OK)
            total += length;
    }
    TRIO_SIM_ALWAYS(rc != TRIO_OK || memcmp(data, word, size) == 0,
                    "what comes back is what was said");
    return rc;
}

static TRIO_CHECKPOINT trio_status talk(const struct trio_address *address)
{
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_connect(address, &stream);

    if (rc != TRIO_OK)
        return rc;
    rc = say(&stream.stream, "hello");
    if (rc == TRIO_OK)
        rc = say(&stream.stream, "again");
    trio_stream_close_forcefully(&stream.stream);
    return rc;
}

TRIO_SCENARIO(two_hosts_talk)
{
    struct trio_nursery nursery;
    struct trio_address server;

    (void)arg;
    trio_sim_faults(&lossy);
    trio_nursery_open(&nursery);
    trio_status rc = start_server(&nursery, serve_streams, &server);
    if (rc == TRIO_OK)
        rc = talk(&server);
    // A server that came to it only now waits for nobody.
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    return rc == TRIO_ECONNREFUSED || rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

// ---- Datagrams ----

static TRIO_CHECKPOINT trio_status serve_datagrams(void *arg)
{
    struct trio_socket socket;
    struct trio_address sender;
    char byte;
    size_t length = 0;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_bind(&socket, &any);
    while (rc == TRIO_OK) {
        rc = trio_socket_receive_from(&socket, &byte, 1, &length, &sender);
        if (rc == TRIO_OK)
            rc = trio_socket_send_to(&socket, &byte, 1, &sender);
    }
    trio_socket_close(&socket);
    return rc;
}

static TRIO_CHECKPOINT trio_status ask_once(struct trio_socket *socket,
                                            const struct trio_address *server)
{
    struct trio_cancel_scope scope;
    char byte = '-';
    size_t length = 0;

    trio_fail_after(&scope, 100 * TRIO_MS);
    trio_status rc = trio_socket_send_to(socket, "?", 1, server);
    if (rc == TRIO_OK)
        rc = trio_socket_receive(socket, &byte, 1, &length);
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status ask(const struct trio_address *server)
{
    struct trio_socket socket;
    int asked = 1;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);

    if (rc != TRIO_OK)
        return rc;
    while ((rc = ask_once(&socket, server)) == TRIO_ETIMEDOUT && asked < 100)
        asked++;
    TRIO_SIM_SOMETIMES(rc == TRIO_OK && asked > 1, "it is asked again");
    trio_socket_close(&socket);
    return rc == TRIO_ETIMEDOUT ? TRIO_OK : rc;
}

TRIO_SCENARIO(an_answer_is_asked_for_again)
{
    struct trio_nursery nursery;
    struct trio_address server;

    (void)arg;
    trio_sim_faults(&lossy);
    trio_nursery_open(&nursery);
    trio_status rc = start_server(&nursery, serve_datagrams, &server);
    if (rc == TRIO_OK)
        rc = ask(&server);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}
