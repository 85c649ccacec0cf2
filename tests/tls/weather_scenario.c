// TLS between two hosts, in all weather: whatever befalls a handshake, or what
// is said after it, nothing of it is left; and once it is over both succeed.
//
// OpenSSL has all the memory that it asks for. Without, it may well say that a
// certificate is bad; that it leaves nothing behind is for sweep_test.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/scenario.h>
#include <trio/sim_fault.h>
#include <trio/sim_net.h>
#include <trio/tls_listener.h>
#include <trio/tls_open.h>
#include <trio/trio.h>

#include "tests/tls/kit.h"

#define PATIENCE TRIO_MINUTE

static const struct trio_sim_fault_options storm = {.calls = true,
                                                    .memory = true,
                                                    .loss = true,
                                                    .delay = true,
                                                    .reset = true,
                                                    .partition = true,
                                                    .spurious = true,
                                                    .resolver = true};

// Made before there is a run, in which nothing may be read.
__attribute__((constructor)) static void make_contexts(void)
{
    contexts_of(TRIO_TLS_1_2);
    contexts_of(TRIO_TLS_1_3);
}

// ---- The server ----

static TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream, void *arg)
{
    char data[16];
    size_t length;
    trio_status rc;

    (void)arg;
    while ((rc = trio_stream_receive_some(stream, data, sizeof(data),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(stream, data, length, NULL);
        if (rc != TRIO_OK)
            break;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static void ignore_error(const struct trio_address *peer, trio_status rc,
                         void *arg)
{
    (void)peer, (void)rc, (void)arg;
}

static TRIO_CHECKPOINT trio_status serve(struct tls_contexts *contexts)
{
    static const struct trio_serve_options options = {.on_error = ignore_error};
    static const struct trio_address any = {.family = TRIO_ADDRESS_IPV4,
                                            .port = 443};
    struct trio_server server = TRIO_SERVER_INIT;
    struct trio_tcp_listener listener;
    struct trio_tls_listener over_tls;
    struct trio_listener *doors[] = {&over_tls.listener};
    trio_status rc = trio_tcp_listen(&any, NULL, &listener);

    if (rc != TRIO_OK)
        return rc;
    trio_tls_listener_init(&over_tls, &contexts->server, &listener.listener);
    return trio_serve_listeners(&server, doors, 1, &options, echo, NULL);
}

// Whatever went wrong when it began: it begins anew.
static TRIO_CHECKPOINT trio_status keep_serving(void *arg)
{
    trio_status rc;

    do {
        rc = serve(arg);
        if (rc != TRIO_ECANCELED)
            rc = trio_sleep(TRIO_SECOND);
    } while (rc != TRIO_ECANCELED);
    return rc;
}

// ---- The client ----

static TRIO_CHECKPOINT trio_status converse(struct trio_stream *stream)
{
    size_t length = 0;
    char byte = '-', more;
    trio_status rc = trio_stream_send_all(stream, "a", 1, NULL);

    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(stream, &byte, 1, &length);
    if (rc == TRIO_OK) {
        TRIO_SIM_ALWAYS(byte == 'a', "what comes back is what was said");
        rc = trio_stream_send_eof(stream);
    }
    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(stream, &more, 1, &length);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status visit(struct tls_contexts *contexts)
{
    struct trio_tls_connection connection;
    trio_status rc =
        trio_tls_open(&contexts->client, KIT_HOST, 443, NULL, &connection);

    TRIO_SIM_ALWAYS(rc != TRIO_EUNTRUSTED && rc != TRIO_EPROTOCOL,
                    "the network changes nothing that is said");
    TRIO_SIM_SOMETIMES(rc == TRIO_EBROKEN, "a handshake is cut off");
    if (rc != TRIO_OK)
        return rc;
    rc = converse(&connection.tls.stream);
    return trio_combine(rc, trio_stream_close(&connection.tls.stream));
}

static TRIO_CHECKPOINT trio_status visit_in_time(struct tls_contexts *contexts)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, PATIENCE);
    return trio_cancel_scope_close(&scope, visit(contexts));
}

static TRIO_CHECKPOINT trio_status
visit_in_all_weather(struct tls_contexts *contexts)
{
    trio_sim_faults(&storm);
    trio_status rc = visit_in_time(contexts);

    TRIO_SIM_SOMETIMES(trio_is_failure(rc), "in a storm nobody is reached");
    if (rc == TRIO_ECANCELED)
        return rc;
    trio_sim_calm(PATIENCE);
    rc = trio_sleep(2 * TRIO_SECOND); // By then somebody listens.
    if (rc == TRIO_OK)
        rc = visit(contexts);
    TRIO_SIM_ALWAYS(!trio_is_failure(rc), "in calm somebody is reached");
    return rc;
}

static TRIO_CHECKPOINT trio_status
meet_in_all_weather(enum trio_tls_version version)
{
    struct tls_contexts *contexts = contexts_of(version);
    struct trio_sim_host *server;
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open(KIT_HOST, NULL, &server);

    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(server, &nursery, keep_serving, contexts);
    if (rc == TRIO_OK)
        rc = visit_in_all_weather(contexts);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

TRIO_SCENARIO(tls_1_2_in_all_weather, .no_malloc_failures = true)
{
    (void)arg;
    return meet_in_all_weather(TRIO_TLS_1_2);
}

TRIO_SCENARIO(tls_1_3_in_all_weather, .no_malloc_failures = true)
{
    (void)arg;
    return meet_in_all_weather(TRIO_TLS_1_3);
}

// ---- A server that crashes ----

#define DOWN (10 * TRIO_SECOND)

struct site {
    struct tls_contexts *contexts;
    struct trio_sim_host *host;
    int lives;
};

static TRIO_CHECKPOINT trio_status begin_to_serve(void *arg)
{
    struct site *site = arg;

    site->lives++;
    return serve(site->contexts);
}

static TRIO_CHECKPOINT trio_status keep_running(void *arg)
{
    const struct site *site = arg;

    return trio_sim_host_keep_running(site->host, DOWN, begin_to_serve, arg);
}

static TRIO_CHECKPOINT trio_status visit_until_served(struct site *site)
{
    trio_status rc = TRIO_ETIMEDOUT;

    for (int i = 0; trio_is_failure(rc) && i < 5; i++) {
        trio_status slept = trio_sleep(TRIO_SECOND);
        if (slept != TRIO_OK)
            return slept;
        rc = visit_in_time(site->contexts);
        TRIO_SIM_SOMETIMES(rc == TRIO_ETIMEDOUT, "a crash is not told");
    }
    TRIO_SIM_SOMETIMES(rc == TRIO_OK && site->lives > 1,
                       "somebody is served after a crash");
    return rc;
}

// The power may fail before each call of the server, in the handshake too.
TRIO_SCENARIO(a_tls_server_crashes, .no_malloc_failures = true)
{
    struct site site = {.contexts = contexts_of(TRIO_TLS_1_3)};
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open(KIT_HOST, NULL, &site.host);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_nursery_start_soon(&nursery, keep_running, &site);
    if (rc == TRIO_OK)
        rc = visit_until_served(&site);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    return rc == TRIO_ETIMEDOUT ? TRIO_OK : rc; // It may give up.
}
