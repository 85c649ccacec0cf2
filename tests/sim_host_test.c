// Hosts that crash: what trio/sim_net.h promises. Who is given up gives nothing
// back by himself, so that whatever is left is found when the run ends.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/file.h>
#include <trio/sim_net.h>

#include <stdlib.h>

#include "tests/campaigns.h"
#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/hosts.h"

// ---- What they have taken ----

static TRIO_CHECKPOINT trio_status take_all(void *arg)
{
    const struct trio_memory *memory = trio_run_memory();
    static int debt;
    void *block = malloc(100);
    void *lent = memory->allocate(memory->context, 100);
    struct trio_socket socket;
    trio_status rc =
        trio_socket_open(TRIO_ADDRESS_IPV6, TRIO_SOCKET_STREAM, &socket);

    (void)arg;
    trio_sim_owe(&debt, "a debt");
    if (rc == TRIO_OK) {
        rc = trio_sleep(TRIO_HOUR);
        trio_socket_close(&socket);
    }
    trio_sim_settle(&debt);
    if (lent != NULL)
        memory->release(memory->context, lent, 100);
    free(block);
    return rc;
}

TEST(sim_host, what_its_tasks_owe_is_forgiven_and_what_they_took_is_back)
{
    CHECK_OK(crash_while(take_all, NULL));
}

// ---- Their disks ----

static TRIO_CHECKPOINT trio_status write_log(void *arg)
{
    static const struct trio_file_options adding = {.append = true,
                                                    .create = true};
    struct trio_file log;

    (void)arg;
    trio_status rc = trio_file_open("log", &adding, &log);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_path_sync("log");
    if (rc == TRIO_OK)
        rc = trio_file_append_all(&log, "one", 3, NULL);
    if (rc == TRIO_OK)
        rc = trio_file_sync(&log);
    if (rc == TRIO_OK)
        rc = trio_file_append_all(&log, "two", 3, NULL);
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_HOUR);
    return trio_combine(rc, trio_file_close(&log));
}

static TRIO_CHECKPOINT trio_status read_log(void *arg)
{
    struct trio_file log;
    char text[8];
    size_t length = 0;

    (void)arg;
    trio_status rc = trio_file_open("log", NULL, &log);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_file_read_at(&log, 0, text, sizeof(text), &length);
    CHECK_OK(rc);
    CHECK_EQ(length, 3);
    return trio_combine(rc, trio_file_close(&log));
}

TEST_ONCE(sim_host, a_disk_keeps_what_was_synced)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, write_log, NULL));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_sim_host_crash(host);
    trio_sim_host_restart(host);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, read_log, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- Whole lives ----

TEST_ONCE(sim_host, a_host_that_is_down_starts_nothing)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    trio_nursery_open(&nursery);
    trio_sim_host_crash(host);
    trio_sim_host_crash(host); // It stays so.
    CHECK_STATUS(trio_sim_host_start_soon(host, &nursery, sleep_long, NULL),
                 TRIO_EUNREACHABLE);
    CHECK_STRING(trio_error_last()->text,
                 "start a task on \"server\", which is down");
    trio_sim_host_restart(host);
    trio_sim_host_restart(host);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, sleep_long, NULL));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_sim_host_crash(host);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status crash_myself(void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, sleep_long, NULL);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (rc == TRIO_OK) {
        trio_sim_host_crash(arg);
        TRIO_SIM_ALWAYS(false, "there is no return");
    }
    return trio_nursery_close(&nursery, rc);
}

TEST(sim_host, a_task_may_crash_its_own_host)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_open("server", NULL, &host);
    for (int i = 0; rc == TRIO_OK && i < 3; i++) {
        rc = trio_sim_host_start_soon(host, &nursery, crash_myself, host);
        if (rc == TRIO_OK)
            rc = trio_wait_all_tasks_blocked(0);
        trio_sim_host_restart(host);
    }
    CHECK_OK(trio_nursery_close(&nursery, rc));
}

static TRIO_CHECKPOINT trio_status crash_home(void *arg)
{
    (void)arg;
    trio_sim_host_crash(trio_sim_host_home());
    return TRIO_OK;
}

TEST_PLAIN(sim_host, the_scenarios_own_host_does_not_crash)
{
    const struct trio_scenario scenario = {.name = "home", .fn = crash_home};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_STRING(result.text, "the scenario's own host does not crash");
}

static TRIO_CHECKPOINT trio_status ask_for_a_local_address(void *arg)
{
    (void)arg;
    trio_sim_host_address(trio_sim_host_home(), TRIO_ADDRESS_LOCAL, 80);
    return TRIO_OK;
}

TEST_PLAIN(sim_host, its_addresses_are_of_ipv4_and_of_ipv6)
{
    const struct trio_scenario scenario = {.name = "local",
                                           .fn = ask_for_a_local_address};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_STRING(result.text,
                 "a host has an address of IPv4 and one of IPv6 only");
}

// ---- Peers ----

static TRIO_CHECKPOINT trio_status serve_one(void *arg)
{
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;
    char byte;
    size_t length;

    (void)arg;
    trio_status rc = trio_tcp_listen(&port_80, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_accept(&listener, &stream);
    if (rc == TRIO_OK) {
        rc = trio_stream_receive_some(&stream.stream, &byte, 1, &length);
        if (rc == TRIO_OK)
            rc = trio_stream_send_all(&stream.stream, &byte, 1, NULL);
        if (rc == TRIO_OK)
            rc = trio_sleep(TRIO_HOUR);
        trio_stream_close_forcefully(&stream.stream);
    }
    trio_tcp_listener_close(&listener);
    return rc;
}

static TRIO_CHECKPOINT trio_status receive_for(struct trio_tcp_stream *stream,
                                               trio_duration patience)
{
    struct trio_cancel_scope scope;
    char byte;
    size_t length;

    trio_fail_after(&scope, patience);
    trio_status rc =
        trio_stream_receive_some(&stream->stream, &byte, 1, &length);
    return trio_cancel_scope_close(&scope, rc);
}

TEST_ONCE(sim_host, a_peer_learns_of_it_by_a_reset_after_the_restart)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    struct trio_tcp_stream stream;
    struct trio_address address;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    address = trio_sim_host_address(host, TRIO_ADDRESS_IPV4, 80);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, serve_one, NULL));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_tcp_connect(&address, &stream));
    CHECK_OK(trio_stream_send_all(&stream.stream, "x", 1, NULL));
    CHECK_OK(receive_for(&stream, TRIO_SECOND));
    trio_sim_host_crash(host);
    CHECK_STATUS(receive_for(&stream, TRIO_HOUR), TRIO_ETIMEDOUT);
    CHECK_OK(trio_stream_send_all(&stream.stream, "x", 1, NULL));
    CHECK_STATUS(receive_for(&stream, 10 * TRIO_MINUTE), TRIO_ETIMEDOUT);
    trio_sim_host_restart(host);
    CHECK_STATUS(receive_for(&stream, TRIO_SECOND), TRIO_EBROKEN);
    trio_stream_close_forcefully(&stream.stream);
    // The port is free, and nobody is there.
    CHECK_STATUS(trio_tcp_connect(&address, &stream), TRIO_ECONNREFUSED);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, serve_one, NULL));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_tcp_connect(&address, &stream));
    trio_sim_host_crash(host);
    trio_stream_close_forcefully(&stream.stream);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status close_first(void *arg)
{
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;

    (void)arg;
    trio_status rc = trio_tcp_listen(&port_80, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_accept(&listener, &stream);
    if (rc == TRIO_OK)
        rc = trio_stream_close(&stream.stream);
    trio_tcp_listener_close(&listener);
    return rc;
}

// Who closes first keeps his port for a while, but not through a crash.
TEST_ONCE(sim_host, what_lingers_of_a_connection_is_gone_after_a_crash)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    struct trio_tcp_stream stream;
    struct trio_address address;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    address = trio_sim_host_address(host, TRIO_ADDRESS_IPV4, 80);
    trio_nursery_open(&nursery);
    for (int i = 0; i < 3; i++) {
        CHECK_OK(trio_sim_host_start_soon(host, &nursery, close_first, NULL));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
        CHECK_OK(trio_tcp_connect(&address, &stream));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
        CHECK_OK(trio_stream_close(&stream.stream));
        trio_sim_host_crash(host);
        trio_sim_host_restart(host);
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// Who wants to be connected goes on trying.
TEST_ONCE(sim_host, who_connects_to_a_host_that_is_down_waits_for_it)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    struct trio_address address;
    trio_time begin = trio_now();

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    address = trio_sim_host_address(host, TRIO_ADDRESS_IPV4, 80);
    trio_sim_host_crash(host);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, connect_to, &address));
    CHECK_OK(trio_sleep(TRIO_MINUTE));
    trio_sim_host_restart(host);
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_ECONNREFUSED);
    CHECK_EQ(trio_now() - begin,
             63 * TRIO_SECOND + 2 * TRIO_SIM_LATENCY_DEFAULT);
}

// A client that crashes leaves its connection to the server.
static TRIO_CHECKPOINT trio_status talk_for_ever(void *arg)
{
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_connect(arg, &stream);

    if (rc != TRIO_OK)
        return rc;
    rc = trio_stream_send_all(&stream.stream, "x", 1, NULL);
    if (rc == TRIO_OK)
        rc = receive_for(&stream, TRIO_HOUR);
    if (rc == TRIO_OK)
        rc = receive_for(&stream, TRIO_HOUR);
    trio_stream_close_forcefully(&stream.stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status lose_a_client(void *arg)
{
    struct trio_sim_host *client;
    struct trio_nursery nursery;
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;
    struct trio_address address =
        trio_sim_host_address(trio_sim_host_home(), TRIO_ADDRESS_IPV4, 80);
    trio_status rc = trio_sim_host_open("client", NULL, &client);

    (void)arg;
    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&port_80, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(client, &nursery, talk_for_ever, &address);
    if (rc == TRIO_OK)
        rc = trio_tcp_accept(&listener, &stream);
    if (rc == TRIO_OK) {
        rc = receive_for(&stream, TRIO_SECOND);
        trio_sim_host_crash(client);
        if (rc == TRIO_OK)
            rc = trio_stream_send_all(&stream.stream, "y", 1, NULL);
        trio_sim_host_restart(client);
        if (rc == TRIO_OK)
            rc = receive_for(&stream, TRIO_SECOND);
        trio_stream_close_forcefully(&stream.stream);
    }
    trio_tcp_listener_close(&listener);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

TEST(sim_host, a_client_that_crashes_is_reset_when_it_is_back)
{
    trio_status rc = lose_a_client(NULL);

    CHECK(rc == TRIO_EBROKEN || rc == TRIO_ETIMEDOUT);
}

// ---- Standing still ----

static TRIO_CHECKPOINT trio_status nap(void *arg)
{
    trio_status rc = trio_sleep(TRIO_SECOND);

    *(trio_time *)arg = trio_now();
    return rc;
}

TEST_ONCE(sim_host, the_deadlines_of_a_host_that_is_paused_come_late)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    trio_time begin = trio_now(), woken = 0;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, nap, &woken));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_sim_host_pause(host);
    trio_sim_host_pause(host); // It stays so.
    CHECK_OK(trio_sleep(TRIO_MINUTE));
    CHECK_EQ(woken, 0);
    trio_sim_host_resume(host);
    trio_sim_host_resume(host);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(woken - begin, TRIO_MINUTE);
}

TEST_ONCE(sim_host, what_is_sent_to_a_host_that_is_paused_waits_in_its_buffers)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    struct trio_tcp_stream stream;
    struct trio_address address;

    CHECK_OK(trio_sim_host_open("server", NULL, &host));
    address = trio_sim_host_address(host, TRIO_ADDRESS_IPV4, 80);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, serve_one, NULL));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_sim_host_pause(host);
    CHECK_OK(trio_tcp_connect(&address, &stream));
    CHECK_OK(trio_stream_send_all(&stream.stream, "x", 1, NULL));
    CHECK_STATUS(receive_for(&stream, TRIO_MINUTE), TRIO_ETIMEDOUT);
    trio_sim_host_resume(host);
    CHECK_OK(receive_for(&stream, TRIO_SECOND));
    trio_sim_host_pause(host);
    trio_sim_host_crash(host);
    trio_sim_host_restart(host);
    trio_stream_close_forcefully(&stream.stream);
    CHECK_OK(trio_sim_host_start_soon(host, &nursery, connect_to, &address));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_ECONNREFUSED);
}

// Whenever that is, and in whatever order.
TEST(sim_host, a_host_is_paused_at_any_time)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_open("server", NULL, &host);
    for (int i = 0; rc == TRIO_OK && i < 3; i++) {
        trio_time woken;
        struct trio_nursery short_lived;
        trio_nursery_open(&short_lived);
        rc = trio_sim_host_start_soon(host, &short_lived, nap, &woken);
        if (rc == TRIO_OK)
            rc = trio_checkpoint();
        trio_sim_host_pause(host);
        if (rc == TRIO_OK)
            rc = trio_sleep(TRIO_SECOND);
        trio_sim_host_resume(host);
        rc = trio_nursery_close(&short_lived, rc);
    }
    CHECK_OK(trio_nursery_close(&nursery, rc));
}

// ---- Many times ----

static TRIO_CHECKPOINT trio_status crash_often(void *arg)
{
    struct trio_sim_host *host;
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open("server", NULL, &host);

    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < *(int *)arg; i++) {
        rc = trio_sim_host_start_soon(host, &nursery, take_all, NULL);
        if (rc == TRIO_OK)
            rc = trio_sim_host_start_soon(host, &nursery, accept_nobody, NULL);
        if (rc == TRIO_OK)
            rc = trio_sim_host_start_soon(host, &nursery, contend, NULL);
        if (rc == TRIO_OK)
            rc = trio_sim_host_start_soon(host, &nursery, crash_myself, host);
        if (rc == TRIO_OK)
            rc = trio_wait_all_tasks_blocked(0);
        trio_sim_host_restart(host);
    }
    return trio_nursery_close(&nursery, rc);
}

static size_t bytes_of(int times)
{
    struct trio_config config = trio_config_platform();
    const struct trio_campaign_options options = {.strategy = "fifo",
                                                  .runs = 1};
    const struct trio_scenario scenario = {.name = "often",
                                           .fn = crash_often,
                                           .arg = &times,
                                           .steps_max = 1000000};
    struct failing_memory memory;

    failing_memory_open(&memory, &config);
    struct trio_campaign *campaign = campaign_open(&config);
    struct trio_campaign_result result =
        campaign_run(campaign, &scenario, &options);
    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    trio_campaign_free(campaign);
    CHECK_EQ(memory.blocks, 0);
    CHECK_EQ(memory.stacks, 0);
    return memory.bytes_max;
}

// The kernel counts tasks, and knows all there were.
TEST_PLAIN(sim_host, a_thousand_crashes_take_what_a_few_do)
{
    enum { OF_A_TASK = 512 };
    size_t few = bytes_of(10);

    CHECK(bytes_of(1000) < few + 6 * 1000 * OF_A_TASK);
}

static TRIO_CHECKPOINT trio_status yield_often(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (int i = 0; rc == TRIO_OK && i < 5; i++)
        rc = trio_checkpoint();
    return rc;
}

// Strategies keep a long line in order, whoever leaves it.
static TRIO_CHECKPOINT trio_status crash_in_a_crowd(void *arg)
{
    enum { CROWD = 50 };
    struct trio_sim_host *hosts[2];
    struct trio_nursery nursery;
    trio_status rc = trio_sim_host_open("one", NULL, &hosts[0]);

    (void)arg;
    if (rc == TRIO_OK)
        rc = trio_sim_host_open("other", NULL, &hosts[1]);
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    for (int i = 0; rc == TRIO_OK && i < CROWD; i++)
        rc =
            trio_sim_host_start_soon(hosts[i % 2], &nursery, yield_often, NULL);
    for (int i = 0; rc == TRIO_OK && i < 3; i++)
        rc = trio_checkpoint();
    trio_sim_host_pause(hosts[1]);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    trio_sim_host_crash(hosts[0]);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    trio_sim_host_resume(hosts[1]);
    return trio_nursery_close(&nursery, rc);
}

TEST_PLAIN(sim_host, who_is_in_a_long_line_leaves_it_when_the_host_crashes)
{
    static const enum trio_sim_order orders[] = {TRIO_SIM_PASS, TRIO_SIM_ANY,
                                                 TRIO_SIM_SOFT};

    for (size_t i = 0; i < COUNT(orders); i++) {
        const struct trio_scenario scenario = {
            .name = "crowd", .fn = crash_in_a_crowd, .order = orders[i]};
        const struct trio_campaign_options options = {
            .runs = 200, .no_cancel_sweep = true, .no_failure_sweep = true};
        struct trio_campaign_result result =
            campaign_run_once(&scenario, &options);
        CHECK_STRING(result.text, "");
        CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    }
}

// It is the same again wherever things lie.
TEST_PLAIN(sim_host, a_twin_crashes_in_the_same_way)
{
    static int times = 5;
    const struct trio_scenario scenario = {
        .name = "often", .fn = crash_often, .arg = &times};
    const struct trio_campaign_options options = {.runs = 300};
    struct trio_campaign_result result = campaign_run_once(&scenario, &options);

    CHECK_STRING(result.text, "");
    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
}
