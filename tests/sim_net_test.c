// Hosts, links and names: what trio/sim_net.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/socket_kit.h"

static TRIO_CHECKPOINT trio_status listen_and_answer(void *arg)
{
    struct trio_address any = {.family = TRIO_ADDRESS_IPV4, .port = 80};
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;
    char data[16];
    size_t length = 0;
    trio_status rc = trio_tcp_listen(&any, NULL, &listener);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_accept(&listener, &stream);
    trio_tcp_listener_close(&listener);
    if (rc != TRIO_OK)
        return rc;
    while (rc == TRIO_OK) {
        rc = trio_stream_receive_some(&stream.stream, data, sizeof(data),
                                      &length);
        if (rc == TRIO_OK)
            rc = trio_stream_send_all(&stream.stream, data, length, NULL);
    }
    trio_stream_close_forcefully(&stream.stream);
    return rc == TRIO_EEND || rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

// A server that listens by the time that this returns.
static TRIO_CHECKPOINT trio_status open_server(struct trio_nursery *nursery,
                                               struct trio_sim_host **ret_host)
{
    trio_status rc = trio_sim_host_open("server", NULL, ret_host);

    if (rc == TRIO_OK)
        rc = trio_sim_host_start_soon(*ret_host, nursery, listen_and_answer,
                                      NULL);
    return rc == TRIO_OK ? trio_wait_all_tasks_blocked(0) : rc;
}

// ---- Time ----

TEST_ONCE(sim_net, what_is_sent_arrives_after_the_latency)
{
    struct trio_sim_host *server;
    struct trio_nursery nursery;
    struct trio_tcp_stream stream;
    trio_time begin = trio_now();
    char byte = '-';
    size_t length;

    trio_nursery_open(&nursery);
    CHECK_OK(open_server(&nursery, &server));
    struct trio_address address =
        trio_sim_host_address(server, TRIO_ADDRESS_IPV4, 80);
    CHECK_EQ(address.bytes[3], 2);
    CHECK_OK(trio_tcp_connect(&address, &stream));
    CHECK_EQ(trio_now() - begin, 2 * TRIO_SIM_LATENCY_DEFAULT);
    CHECK_OK(
        trio_sim_link_set_latency(trio_sim_host_home(), server, 10 * TRIO_MS));
    CHECK_OK(
        trio_sim_link_set_latency(server, trio_sim_host_home(), 5 * TRIO_MS));
    begin = trio_now();
    CHECK_OK(trio_stream_send_all(&stream.stream, "x", 1, NULL));
    CHECK_EQ(trio_now(), begin);
    CHECK_OK(trio_stream_receive_some(&stream.stream, &byte, 1, &length));
    CHECK_EQ(byte, 'x');
    CHECK_EQ(trio_now() - begin, 15 * TRIO_MS);
    CHECK_OK(trio_stream_close(&stream.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

TEST_ONCE(sim_net, nothing_overtakes_on_a_link)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_socket near = open_bound("10.0.0.1:1", TRIO_SOCKET_DATAGRAM);
    struct trio_socket far = open_bound("10.0.0.1:2", TRIO_SOCKET_DATAGRAM);
    struct trio_address address = address_of(&far);
    trio_time begin = trio_now();
    char byte;
    size_t length;

    CHECK_OK(trio_sim_link_set_latency(home, home, TRIO_SECOND));
    CHECK_OK(trio_socket_send_to(&near, "a", 1, &address));
    CHECK_OK(trio_sim_link_set_latency(home, home, TRIO_MS));
    CHECK_OK(trio_socket_send_to(&near, "b", 1, &address));
    CHECK_OK(trio_socket_receive(&far, &byte, 1, &length));
    CHECK_EQ(byte, 'a');
    CHECK_EQ(trio_now() - begin, TRIO_SECOND);
    CHECK_OK(trio_socket_receive(&far, &byte, 1, &length));
    CHECK_EQ(byte, 'b');
    CHECK_EQ(trio_now() - begin, TRIO_SECOND);
    trio_socket_close(&near);
    trio_socket_close(&far);
}

TEST_ONCE(sim_net, a_deadline_before_the_arrival_comes_first)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_socket near = open_bound("10.0.0.1:1", TRIO_SOCKET_DATAGRAM);
    struct trio_socket far = open_bound("10.0.0.1:2", TRIO_SOCKET_DATAGRAM);
    struct trio_address address = address_of(&far);
    char byte;
    size_t length;

    CHECK_OK(trio_sim_link_set_latency(home, home, 10 * TRIO_MS));
    for (int late = 0; late < 2; late++) {
        struct trio_cancel_scope scope;
        CHECK_OK(trio_socket_send_to(&near, "a", 1, &address));
        trio_fail_after(&scope, 10 * TRIO_MS - late);
        trio_status rc = trio_socket_receive(&far, &byte, 1, &length);
        CHECK_STATUS(trio_cancel_scope_close(&scope, rc),
                     late ? TRIO_ETIMEDOUT : TRIO_OK);
    }
    trio_socket_close(&near);
    trio_socket_close(&far);
}

static TRIO_CHECKPOINT trio_status send_in_vain(void *arg)
{
    struct trio_mock_clock *clock = arg;
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_socket socket = open_bound("10.0.0.1:1", TRIO_SOCKET_DATAGRAM);
    struct trio_address address = address_of(&socket);
    char byte;
    size_t length;

    CHECK_OK(trio_sim_link_set_latency(home, home, TRIO_MS));
    CHECK_OK(trio_socket_send_to(&socket, "a", 1, &address));
    trio_mock_clock_jump(clock, TRIO_MS);
    CHECK_OK(trio_socket_receive(&socket, &byte, 1, &length));
    CHECK_OK(trio_socket_send_to(&socket, "b", 1, &address));
    CHECK_STATUS(trio_socket_receive(&socket, &byte, 1, &length),
                 TRIO_ECANCELED); // Nobody moves the clock.
    trio_socket_close(&socket);
    return TRIO_OK;
}

TEST_PLAIN(sim_net, a_clock_that_stands_still_lets_nothing_arrive)
{
    struct trio_mock_clock clock = TRIO_MOCK_CLOCK_INIT;

    CHECK_STATUS(trio_test_manual(&clock, send_in_vain, &clock),
                 TRIO_EDEADLOCK);
}

// ---- Hosts ----

TEST_ONCE(sim_net, whoever_does_not_listen_refuses)
{
    struct trio_sim_host *server;
    struct trio_address address;
    struct trio_tcp_stream stream;
    trio_time begin = trio_now();

    CHECK_OK(trio_sim_host_open("server", NULL, &server));
    address = trio_sim_host_address(server, TRIO_ADDRESS_IPV6, 80);
    CHECK_STATUS(trio_tcp_connect(&address, &stream), TRIO_ECONNREFUSED);
    CHECK_EQ(trio_now() - begin, 2 * TRIO_SIM_LATENCY_DEFAULT);
}

// An address with a byte of home's changed.
static struct trio_address astray(enum trio_address_family family, size_t byte)
{
    struct trio_address address =
        trio_sim_host_address(trio_sim_host_home(), family, 80);

    address.bytes[byte] = 9;
    return address;
}

TEST_ONCE(sim_net, an_address_of_another_network_is_unreachable_at_once)
{
    struct trio_address addresses[] = {astray(TRIO_ADDRESS_IPV4, 1),
                                       astray(TRIO_ADDRESS_IPV6, 13)};
    trio_time begin = trio_now();

    for (int i = 0; i < 2; i++) {
        struct trio_tcp_stream stream;
        CHECK_STATUS(trio_tcp_connect(&addresses[i], &stream),
                     TRIO_EUNREACHABLE);
    }
    CHECK_EQ(trio_now(), begin);
}

TEST_ONCE(sim_net,
          an_address_that_nobody_has_is_unreachable_after_three_seconds)
{
    struct trio_address addresses[] = {astray(TRIO_ADDRESS_IPV4, 3),
                                       astray(TRIO_ADDRESS_IPV6, 15)};

    for (int i = 0; i < 2; i++) {
        struct trio_tcp_stream stream;
        trio_time begin = trio_now();
        CHECK_STATUS(trio_tcp_connect(&addresses[i], &stream),
                     TRIO_EUNREACHABLE);
        CHECK_EQ(trio_now() - begin, 3 * TRIO_SECOND);
    }
}

TEST_ONCE(sim_net, who_is_connected_learns_that_nobody_has_the_address)
{
    struct trio_address address = astray(TRIO_ADDRESS_IPV4, 3);
    trio_time begin = trio_now();
    struct trio_socket socket;
    size_t count;
    char byte;

    CHECK_OK(
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket));
    CHECK_OK(trio_socket_send_to(&socket, "x", 1, &address)); // It is lost.
    CHECK_OK(trio_socket_connect(&socket, &address));
    CHECK_OK(trio_socket_send(&socket, "x", 1, &count));
    CHECK_STATUS(trio_socket_receive(&socket, &byte, 1, &count),
                 TRIO_EUNREACHABLE);
    CHECK_EQ(trio_now() - begin, 3 * TRIO_SECOND);
    CHECK_OK(trio_socket_send(&socket, "x", 1, &count)); // It is told once,
    trio_socket_close(&socket);                          // and not after that.
    CHECK_OK(trio_sleep(TRIO_MINUTE));
}

struct place {
    struct trio_sim_host *host;
    struct trio_address local;
};

static TRIO_CHECKPOINT trio_status look_around(void *arg)
{
    struct place *place = arg;
    struct trio_address address =
        trio_sim_host_address(place->host, TRIO_ADDRESS_IPV4, 80);
    struct trio_tcp_listener listener;

    CHECK_OK(trio_tcp_listen(&address, NULL, &listener));
    place->local = listener.address;
    trio_tcp_listener_close(&listener);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status start_one_more(void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, look_around, arg);
    return trio_nursery_close(&nursery, rc);
}

TEST_ONCE(sim_net, whom_a_task_starts_is_on_the_same_host)
{
    struct place place;
    struct trio_nursery nursery;
    struct trio_address address;
    struct trio_tcp_listener listener;

    CHECK_OK(trio_sim_host_open("server", NULL, &place.host));
    trio_nursery_open(&nursery);
    CHECK_OK(
        trio_sim_host_start_soon(place.host, &nursery, start_one_more, &place));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(place.local.bytes[3], 2);
    address = trio_sim_host_address(place.host, TRIO_ADDRESS_IPV4, 80);
    CHECK_STATUS(trio_tcp_listen(&address, NULL, &listener),
                 TRIO_EADDRNOTAVAIL); // It is not ours.
}

static TRIO_CHECKPOINT trio_status open_two(void *arg)
{
    struct trio_socket one, other;

    (void)arg;
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &one));
    CHECK_STATUS(
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &other),
        TRIO_EMFILE);
    trio_socket_close(&one);
    return TRIO_OK;
}

TEST_ONCE(sim_net, each_host_has_a_limit_on_handles)
{
    static const struct trio_sim_host_options options = {.handles_max = 1};
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    CHECK_OK(trio_sim_host_open("server", &options, &host));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, open_two, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status close_it(void *arg)
{
    trio_socket_close(arg);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status mix_up_hosts(void *arg)
{
    struct trio_sim_host *server;
    struct trio_nursery nursery;
    struct trio_socket socket;
    trio_status rc = trio_sim_host_open("server", NULL, &server);

    (void)arg;
    if (rc == TRIO_OK)
        rc = trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(server, &nursery, close_it, &socket);
    return trio_nursery_close(&nursery, rc);
}

TEST_PLAIN(sim_net, the_handle_of_another_host_is_misuse)
{
    static const struct trio_scenario scenario = {.name = "mix_up_hosts",
                                                  .fn = mix_up_hosts};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "a handle of another host");
}

// ---- What a campaign finds ----

static TRIO_CHECKPOINT trio_status ask(struct trio_sim_host *server,
                                       trio_duration patience)
{
    struct trio_address address =
        trio_sim_host_address(server, TRIO_ADDRESS_IPV4, 80);
    struct trio_tcp_stream stream;
    struct trio_cancel_scope scope;
    char byte = '-';
    size_t length;
    trio_status rc = trio_tcp_connect(&address, &stream);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_stream_send_all(&stream.stream, "x", 1, NULL);
    trio_fail_after(&scope, patience);
    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(&stream.stream, &byte, 1, &length);
    rc = trio_cancel_scope_close(&scope, rc);
    trio_stream_close_forcefully(&stream.stream);
    return rc;
}

// It passes as long as the answer comes in time: by default it does.
static TRIO_CHECKPOINT trio_status hope(void *arg)
{
    struct trio_sim_host *server;
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc = open_server(&nursery, &server);
    if (rc == TRIO_OK)
        rc = ask(server, TRIO_SECOND);
    TRIO_SIM_ALWAYS(rc != TRIO_ETIMEDOUT, "the answer comes in time");
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

TEST_PLAIN(sim_net, an_answer_that_is_late_is_found_and_replayed)
{
    static const struct trio_campaign_options options = {
        .no_cancel_sweep = true, .no_failure_sweep = true};
    static const struct trio_campaign_options fifo = {.strategy = "fifo"};
    static const struct trio_scenario scenario = {.name = "hope", .fn = hope};
    struct trio_campaign *campaign = campaign_open(NULL);
    struct trio_campaign_result result =
        campaign_run(campaign, &scenario, &fifo);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    result = campaign_run(campaign, &scenario, &options);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "the answer comes in time");
    CHECK_EQ(result.deviations, 1);
    CHECK(result.minimal);
    CHECK_OK(trio_campaign_replay(campaign, &scenario, result.token, &result));
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "the answer comes in time");
    trio_campaign_free(campaign);
}

static TRIO_CHECKPOINT trio_status read_and_send(void *arg)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_socket socket = open_bound("10.0.0.1:1", TRIO_SOCKET_DATAGRAM);
    struct trio_address address = address_of(&socket);
    char byte;
    size_t length;

    (void)arg;
    trio_status rc = trio_sim_link_set_latency(home, home, TRIO_MS);
    TRIO_SIM_ALWAYS(trio_now() > 0, "the program reads the clock once");
    if (rc == TRIO_OK)
        rc = trio_socket_send_to(&socket, "a", 1, &address);
    if (rc == TRIO_OK)
        rc = trio_socket_receive(&socket, &byte, 1, &length);
    trio_socket_close(&socket);
    return rc;
}

// S68: what the network does with the time is no reading of the program's.
TEST_PLAIN(sim_net, time_does_not_pass_inside_the_network)
{
    const struct trio_scenario scenario = {.name = "once", .fn = read_and_send};
    const struct trio_campaign_options options = {
        .strategy = "script", .script = "main reading:1ms", .no_shrink = true};
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_STRING(result.text, "the script does not fit at \"reading:1ms\": the "
                              "step before has no such reading");
}

// ---- Faults ----

TEST_ONCE(sim_net, a_link_that_is_cut_holds_connections_and_loses_datagrams)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_socket near = open_bound("10.0.0.1:1", TRIO_SOCKET_DATAGRAM);
    struct trio_socket far = open_bound("10.0.0.1:2", TRIO_SOCKET_DATAGRAM);
    struct trio_address address = address_of(&far);
    struct trio_sim_host *server;
    struct trio_nursery nursery;
    struct trio_tcp_stream stream;
    struct trio_cancel_scope scope;
    char byte = '-';
    size_t length;

    CHECK_OK(trio_sim_link_set_latency(home, home, TRIO_MS));
    CHECK_OK(trio_socket_send_to(&near, "a", 1, &address));
    CHECK_OK(trio_sim_link_cut(home, home));
    CHECK_OK(trio_socket_send_to(&near, "b", 1, &address));
    CHECK_OK(trio_socket_receive(&far, &byte, 1, &length));
    CHECK_EQ(byte, 'a'); // It was on its way.
    CHECK_OK(trio_sim_link_mend(home, home));
    CHECK_OK(trio_socket_send_to(&near, "c", 1, &address));
    CHECK_OK(trio_socket_receive(&far, &byte, 1, &length));
    CHECK_EQ(byte, 'c');
    trio_socket_close(&near);
    trio_socket_close(&far);

    trio_nursery_open(&nursery);
    CHECK_OK(open_server(&nursery, &server));
    address = trio_sim_host_address(server, TRIO_ADDRESS_IPV4, 80);
    CHECK_OK(trio_tcp_connect(&address, &stream));
    CHECK_OK(trio_sim_link_cut(home, server));
    CHECK_OK(trio_stream_send_all(&stream.stream, "x", 1, NULL));
    trio_move_on_after(&scope, 10 * TRIO_MINUTE);
    trio_status rc =
        trio_stream_receive_some(&stream.stream, &byte, 1, &length);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    trio_time mended = trio_now();
    CHECK_OK(trio_sim_link_mend(home, server));
    CHECK_OK(trio_stream_receive_some(&stream.stream, &byte, 1, &length));
    CHECK_EQ(byte, 'x');
    CHECK_EQ(trio_now() - mended, 2 * TRIO_SIM_LATENCY_DEFAULT);
    CHECK_OK(trio_stream_close(&stream.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// A question that is asked once, by datagram.
static TRIO_CHECKPOINT trio_status ask_but_once(void *arg)
{
    struct trio_sim_host *home = trio_sim_host_home();
    struct trio_address address;
    struct trio_socket socket;
    char byte;
    size_t length;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);

    if (rc != TRIO_OK)
        return rc;
    if (arg != NULL)
        trio_sim_faults(arg);
    address = trio_sim_host_address(home, TRIO_ADDRESS_IPV4, 80);
    rc = trio_sim_link_set_latency(home, home, TRIO_MS);
    if (rc == TRIO_OK)
        rc = trio_socket_bind(&socket, &address);
    if (rc == TRIO_OK)
        rc = trio_socket_send_to(&socket, "?", 1, &address);
    if (rc == TRIO_OK)
        rc = trio_socket_receive(&socket, &byte, 1, &length);
    trio_socket_close(&socket);
    return rc;
}

TEST_PLAIN(sim_net, what_may_be_lost_is_lost_once)
{
    static struct trio_sim_fault_options faults = {.loss = true};
    const struct trio_scenario careless = {
        .name = "ask_but_once", .fn = ask_but_once, .arg = &faults};
    const struct trio_scenario sunny = {.name = "ask_but_once",
                                        .fn = ask_but_once};
    struct trio_campaign_result result = campaign_run_once(&sunny, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    result = campaign_run_once(&careless, NULL);
    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.found_by, "failure sweep");
    CHECK_STRING(result.text, "deadlock: [main: read from]");
    CHECK_EQ(result.deviations, 1);
}

// It keeps its listener when there is no room for another handle.
static TRIO_CHECKPOINT trio_status leak_when_full(void *arg)
{
    struct trio_address any = {.family = TRIO_ADDRESS_IPV4, .port = 80};
    struct trio_tcp_listener listener;
    struct trio_tcp_stream near, far;
    trio_status rc = trio_tcp_listen(&any, NULL, &listener);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_connect(&listener.address, &near);
    if (rc != TRIO_OK) {
        trio_tcp_listener_close(&listener);
        return rc;
    }
    rc = trio_tcp_accept(&listener, &far);
    trio_stream_close_forcefully(&near.stream);
    if (rc == TRIO_EMFILE)
        return rc;
    if (rc == TRIO_OK)
        trio_stream_close_forcefully(&far.stream);
    trio_tcp_listener_close(&listener);
    return rc;
}

TEST_PLAIN(sim_net, calls_fail_in_the_failure_sweep)
{
    static const struct trio_scenario scenario = {.name = "leak_when_full",
                                                  .fn = leak_when_full};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.found_by, "failure sweep");
    CHECK_STRING(result.text, "left open: a socket, listening at 0.0.0.0:80");
    CHECK_EQ(result.deviations, 1);
}
