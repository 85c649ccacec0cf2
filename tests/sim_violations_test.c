// What a program must not do on a network, and is caught at in simulation.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/sim_net.h>
#include <trio/trio.h>

#include "tests/campaigns.h"
#include "tests/check.h"

static const struct trio_address port = {.family = TRIO_ADDRESS_IPV4,
                                         .port = 80};

// ---- A socket that is left open ----

static TRIO_CHECKPOINT trio_status accept_one(void *arg)
{
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_listen(&port, NULL, &listener);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_accept(&listener, &stream);
    if (rc == TRIO_OK)
        trio_stream_close_forcefully(&stream.stream);
    trio_tcp_listener_close(&listener);
    return rc;
}

// The careless one returns as soon as something has gone wrong.
static TRIO_CHECKPOINT trio_status visit(const struct trio_address *server,
                                         bool careful)
{
    struct trio_socket socket;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_socket_connect(&socket, server);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    if (rc != TRIO_OK && !careful)
        return rc;
    trio_socket_close(&socket);
    return rc;
}

static TRIO_CHECKPOINT trio_status visit_a_server(void *arg)
{
    const bool *careful = arg;
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open("server", NULL, &host);

    if (rc != TRIO_OK)
        return rc;
    struct trio_address server =
        trio_sim_host_address(host, TRIO_ADDRESS_IPV4, port.port);
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(host, &nursery, accept_one, NULL);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = visit(&server, *careful);
    return trio_nursery_close(&nursery, rc);
}

TEST_PLAIN(sim_violations, a_task_that_is_cancelled_and_leaves_its_socket)
{
    static bool careful = true, careless = false;
    struct trio_scenario scenario = {.name = "visit",
                                     .fn = visit_a_server,
                                     .still_clock = true,
                                     .no_failure_sweep = true};

    scenario.arg = &careful;
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    scenario.arg = &careless;
    result = campaign_run_once(&scenario, NULL);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.found_by, "cancel sweep");
    CHECK_STRING(result.text, "left open: a socket, connected to 10.0.0.2:80");
    campaign_check_token(&scenario, &result);
}

// ---- A server that never stops accepting ----

// What a host has room for: the listener, and one connection.
enum { ROOM = 2 };

static TRIO_CHECKPOINT trio_status wait_for_end(void *arg)
{
    struct trio_tcp_stream *tcp = arg;
    char byte;
    size_t length;
    trio_status rc = trio_stream_receive_some(&tcp->stream, &byte, 1, &length);

    trio_stream_close_forcefully(&tcp->stream);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

// The careless one tries again at once while there is no room.
static TRIO_CHECKPOINT trio_status
accept_when_there_is_room(struct trio_tcp_listener *listener, bool careful,
                          struct trio_tcp_stream *ret_stream)
{
    trio_status rc;

    while ((rc = trio_tcp_accept(listener, ret_stream)) == TRIO_EMFILE) {
        if (careful)
            rc = trio_sleep(TRIO_SECOND);
        if (rc == TRIO_ECANCELED)
            break;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status accept_two(void *arg)
{
    const bool *careful = arg;
    struct trio_tcp_listener listener;
    struct trio_tcp_stream streams[2];
    struct trio_nursery nursery;
    trio_status rc = trio_tcp_listen(&port, NULL, &listener);

    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < 2; i++) {
        rc = accept_when_there_is_room(&listener, *careful, &streams[i]);
        if (rc == TRIO_OK)
            rc = trio_nursery_start_soon(&nursery, wait_for_end, &streams[i]);
    }
    rc = trio_nursery_close(&nursery, rc);
    trio_tcp_listener_close(&listener);
    return rc;
}

// Stays for ten seconds.
static TRIO_CHECKPOINT trio_status stay(void *arg)
{
    const struct trio_address *server = arg;
    struct trio_tcp_stream tcp;
    trio_status rc = trio_tcp_connect(server, &tcp);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_sleep(10 * TRIO_SECOND);
    return trio_combine(rc, trio_stream_close(&tcp.stream));
}

static TRIO_CHECKPOINT trio_status fill_a_server(void *arg)
{
    static const struct trio_sim_host_options small = {.handles_max = ROOM};
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open("server", &small, &host);

    if (rc != TRIO_OK)
        return rc;
    struct trio_address server =
        trio_sim_host_address(host, TRIO_ADDRESS_IPV4, port.port);
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(host, &nursery, accept_two, arg);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND);
    for (int i = 0; rc == TRIO_OK && i < 2; i++)
        rc = trio_nursery_start_soon(&nursery, stay, &server);
    return trio_nursery_close(&nursery, rc);
}

TEST_PLAIN(sim_violations, a_server_without_room_that_never_stops_accepting)
{
    static const struct trio_campaign_options once = {.strategy = "fifo",
                                                      .runs = 1};
    static bool careful = true, careless = false;
    struct trio_scenario scenario = {.name = "fill",
                                     .fn = fill_a_server,
                                     .arg = &careful,
                                     .still_clock = true,
                                     .no_cancel_sweep = true,
                                     .steps_max = 5000};
    struct trio_campaign_result result = campaign_run_once(&scenario, &once);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    scenario.arg = &careless;
    result = campaign_run_once(&scenario, &once);
    CHECK_EQ(result.verdict, TRIO_SIM_CAPPED);
    CHECK(strstr(result.text, "livelock") != NULL);
}
