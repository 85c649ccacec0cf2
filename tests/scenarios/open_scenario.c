// Connecting to a host by its name, in all weather: whatever fails, and whoever
// is given up, nothing of it is left; and once it is over somebody is reached.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>
#include <trio/tcp_open.h>

#include "tests/scenarios/kit.h"

#define PATIENCE TRIO_MINUTE

static const struct trio_sim_fault_options storm = {.calls = true,
                                                    .memory = true,
                                                    .loss = true,
                                                    .delay = true,
                                                    .reset = true,
                                                    .partition = true,
                                                    .spurious = true,
                                                    .resolver = true};

// ---- Who answers ----

static TRIO_CHECKPOINT trio_status greet(struct trio_stream *stream, void *arg)
{
    (void)arg;
    return trio_stream_send_all(stream, "hello", 5, NULL);
}

static void ignore_error(const struct trio_address *peer, trio_status rc,
                         void *arg)
{
    (void)peer, (void)rc, (void)arg;
}

// One listener for each family, as on a host that has both.
static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    static const struct trio_serve_options options = {.on_error = ignore_error};
    struct trio_server server = TRIO_SERVER_INIT;
    struct trio_tcp_listener listeners[TRIO_TCP_LISTEN_ALL_MAX];
    size_t count;
    trio_status rc = trio_tcp_listen_all(NULL, 80, NULL, listeners, &count);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    return trio_serve(&server, listeners, count, &options, greet, NULL);
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

// ---- Who asks ----

static TRIO_CHECKPOINT trio_status be_greeted(struct trio_stream *stream)
{
    size_t total = 0, length = 0;
    char text[5];
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && total < sizeof(text)) {
        rc = trio_stream_receive_some(stream, text + total,
                                      sizeof(text) - total, &length);
        if (rc == TRIO_OK)
            total += length;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status visit(void)
{
    struct trio_tcp_stream tcp;
    trio_status rc = trio_tcp_open("www", 80, NULL, &tcp);

    if (rc != TRIO_OK)
        return rc;
    rc = be_greeted(&tcp.stream);
    trio_stream_close_forcefully(&tcp.stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status visit_in_all_weather(void)
{
    struct trio_cancel_scope scope;

    trio_sim_faults(&storm);
    trio_fail_after(&scope, PATIENCE);
    trio_status rc = trio_cancel_scope_close(&scope, visit());
    TRIO_SIM_SOMETIMES(trio_is_failure(rc), "in a storm nobody is reached");
    if (rc == TRIO_ECANCELED)
        return rc;
    trio_sim_calm(PATIENCE);
    rc = trio_sleep(2 * TRIO_SECOND); // By then somebody listens.
    if (rc == TRIO_OK)
        rc = visit();
    TRIO_SIM_ALWAYS(!trio_is_failure(rc), "in calm somebody is reached");
    return rc;
}

// "www" is first nobody's address, then one of each family of the server.
static TRIO_MUST_USE trio_status name_it(const struct trio_sim_host *server)
{
    const struct trio_address addresses[] = {
        {.family = TRIO_ADDRESS_IPV4, .bytes = {10, 0, 0, 99}},
        trio_sim_host_address(server, TRIO_ADDRESS_IPV6, 0),
        trio_sim_host_address(server, TRIO_ADDRESS_IPV4, 0)};
    trio_status rc = TRIO_OK;

    for (size_t i = 0; rc == TRIO_OK && i < COUNT(addresses); i++)
        rc = trio_sim_resolver_add("www", &addresses[i]);
    return rc;
}

TRIO_SCENARIO(a_host_is_found_by_its_name)
{
    struct trio_sim_host *server;
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open("server", NULL, &server);

    (void)arg;
    if (rc == TRIO_OK)
        rc = name_it(server);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(server, &nursery, keep_serving, NULL);
    if (rc == TRIO_OK)
        rc = visit_in_all_weather();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}
