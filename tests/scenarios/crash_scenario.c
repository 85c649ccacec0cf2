// A server that may crash at any time, and is up again later; a client that
// asks until there is an answer, each time with a limit: who is down does not
// say so.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>

#include "tests/scenarios/kit.h"

#define DOWN (10 * TRIO_SECOND)
#define PATIENCE (3 * TRIO_SECOND)

enum { ATTEMPTS = 20 };

static const struct trio_address any = {.family = TRIO_ADDRESS_IPV4,
                                        .port = 80};

struct service {
    struct trio_sim_host *host;
    int lives;
};

// ---- The server ----

static TRIO_CHECKPOINT trio_status answer(struct trio_stream *stream, void *arg)
{
    char byte;
    size_t length;

    (void)arg;
    trio_status rc = trio_stream_receive_some(stream, &byte, 1, &length);
    if (rc == TRIO_OK) {
        byte++;
        rc = trio_stream_send_all(stream, &byte, 1, NULL);
    }
    return rc == TRIO_ECANCELED ? rc : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct service *service = arg;
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_listen(&any, NULL, &listener);

    if (rc != TRIO_OK)
        return rc;
    service->lives++;
    while (rc == TRIO_OK) {
        rc = trio_tcp_accept(&listener, &stream);
        if (rc != TRIO_OK)
            break;
        rc = answer(&stream.stream, NULL);
        trio_stream_close_forcefully(&stream.stream);
    }
    trio_tcp_listener_close(&listener);
    return rc;
}

static TRIO_CHECKPOINT trio_status keep_serving(void *arg)
{
    const struct service *service = arg;

    return trio_sim_host_keep_running(service->host, DOWN, serve, arg);
}

// ---- The client ----

static TRIO_CHECKPOINT trio_status ask(const struct trio_address *server,
                                       char *byte)
{
    struct trio_tcp_stream stream;
    size_t length;
    trio_status rc = trio_tcp_connect(server, &stream);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_stream_send_all(&stream.stream, byte, 1, NULL);
    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(&stream.stream, byte, 1, &length);
    trio_stream_close_forcefully(&stream.stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status ask_until_answered(
    const struct trio_address *server, char question, char *ret_answer)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; i < ATTEMPTS; i++) {
        struct trio_cancel_scope scope;
        *ret_answer = question;
        trio_fail_after(&scope, PATIENCE);
        rc = trio_cancel_scope_close(&scope, ask(server, ret_answer));
        if (!trio_is_failure(rc))
            return rc;
        rc = trio_sleep(TRIO_SECOND);
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_ETIMEDOUT;
}

TRIO_SCENARIO(a_client_outlives_its_server)
{
    struct service service = {NULL, 0};
    struct trio_nursery nursery;
    char byte = '-';
    trio_status rc = trio_sim_host_open("server", NULL, &service.host);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    struct trio_address address =
        trio_sim_host_address(service.host, TRIO_ADDRESS_IPV4, 80);
    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, keep_serving, &service);
    if (rc == TRIO_OK)
        rc = ask_until_answered(&address, 'a', &byte);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || byte == 'b', "the answer is the next one");
    TRIO_SIM_SOMETIMES(rc == TRIO_OK && service.lives > 1,
                       "there is an answer after a crash");
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    return rc == TRIO_ETIMEDOUT ? TRIO_OK : rc;
}

// ---- Both ends ----

static TRIO_CHECKPOINT trio_status ask_for_ever(void *arg)
{
    trio_status rc = TRIO_OK;
    char byte;

    while (rc == TRIO_OK)
        rc = ask_until_answered(arg, 'a', &byte);
    return rc;
}

struct visitor {
    struct trio_sim_host *host;
    struct trio_address server;
};

static TRIO_CHECKPOINT trio_status keep_asking(void *arg)
{
    struct visitor *visitor = arg;

    return trio_sim_host_keep_running(visitor->host, DOWN, ask_for_ever,
                                      &visitor->server);
}

// Client and server crash as they like, and stand still in between.
TRIO_SCENARIO(both_ends_crash)
{
    struct service service = {NULL, 0};
    struct visitor visitor;
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open("server", NULL, &service.host);

    (void)arg;
    if (rc == TRIO_OK)
        rc = trio_sim_host_open("client", NULL, &visitor.host);
    if (rc != TRIO_OK)
        return rc;
    visitor.server = trio_sim_host_address(service.host, TRIO_ADDRESS_IPV4, 80);
    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, keep_serving, &service);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, keep_asking, &visitor);
    if (rc == TRIO_OK)
        rc = trio_sleep(5 * TRIO_MS);
    trio_sim_host_pause(service.host);
    if (rc == TRIO_OK)
        rc = trio_sleep(5 * TRIO_MS);
    trio_sim_host_resume(service.host);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    return rc == TRIO_ETIMEDOUT ? TRIO_OK : rc;
}
