// Sockets in simulation: what only a simulated world can promise, or in no time
// at all.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/sim_net.h>
#include <trio/socket.h>

#include "tests/campaigns.h"
#include "tests/capture.h"
#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/sockets.h"

static struct trio_address parse(const char *text)
{
    struct trio_address address;

    REQUIRE(trio_address_parse(text, &address) == TRIO_OK);
    return address;
}

// ---- Handles ----

TEST_ONCE(sim_socket, no_handle_is_ever_that_of_another_socket)
{
    trio_handle handles[20];

    for (size_t i = 0; i < COUNT(handles); i++) {
        struct trio_socket socket;
        CHECK_OK(
            trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket));
        handles[i] = socket.handle;
        trio_socket_close(&socket);
        for (size_t j = 0; j < i; j++)
            CHECK(handles[j] != handles[i]);
    }
}

TEST_ONCE(sim_socket, a_host_has_room_for_1024_handles)
{
    static struct trio_socket sockets[1024];
    struct trio_socket one, other;

    for (size_t i = 0; i < COUNT(sockets); i++)
        CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM,
                                  &sockets[i]));
    CHECK_STATUS(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &one),
                 TRIO_EMFILE);
    trio_socket_close(&sockets[0]);
    CHECK_STATUS(trio_socket_pair(TRIO_SOCKET_STREAM, &one, &other),
                 TRIO_EMFILE);
    for (size_t i = 1; i < COUNT(sockets); i++)
        trio_socket_close(&sockets[i]);
}

// ---- Ports ----

TEST_ONCE(sim_socket, ports_are_given_out_in_order)
{
    struct trio_address address = parse("127.0.0.1:0");

    for (uint16_t port = 32768; port < 32771; port++) {
        struct trio_tcp_listener listener;
        CHECK_OK(trio_tcp_listen(&address, NULL, &listener));
        CHECK_EQ(listener.address.port, port);
        trio_tcp_listener_close(&listener);
    }
}

// Connects, and ends the connection from the listener's side.
static TRIO_PARKS void serve_once(struct trio_socket *listener)
{
    struct trio_socket near, far;
    struct trio_address address = {.port = 0};
    char byte;
    size_t length;

    CHECK_OK(trio_socket_local_address(listener, &address));
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &near));
    CHECK_OK(trio_socket_connect(&near, &address));
    CHECK_OK(trio_socket_accept(listener, &far, NULL));
    trio_socket_close(&far);
    CHECK_STATUS(trio_socket_receive(&near, &byte, 1, &length), TRIO_EEND);
    trio_socket_close(&near);
}

TEST_ONCE(sim_socket, a_port_lingers_for_a_minute)
{
    struct trio_address address = parse("127.0.0.1:80");
    struct trio_socket socket;

    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket));
    CHECK_OK(trio_socket_bind(&socket, &address));
    CHECK_OK(trio_socket_listen(&socket, 1));
    serve_once(&socket);
    trio_socket_close(&socket);
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket));
    CHECK_OK(trio_sleep(59 * TRIO_SECOND));
    CHECK_STATUS(trio_socket_bind(&socket, &address), TRIO_EADDRINUSE);
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_OK(trio_socket_bind(&socket, &address));
    trio_socket_close(&socket);
}

TEST_ONCE(sim_socket, who_is_bound_to_any_address_has_one_when_connected)
{
    struct trio_address address = parse("127.0.0.1:80"), local;
    struct trio_address any = parse("0.0.0.0:7");
    struct trio_tcp_listener listener;
    struct trio_socket socket;

    CHECK_OK(trio_tcp_listen(&address, NULL, &listener));
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket));
    CHECK_OK(trio_socket_bind(&socket, &any));
    CHECK_OK(trio_socket_connect(&socket, &address));
    CHECK_OK(trio_socket_local_address(&socket, &local));
    address.port = 7;
    CHECK(trio_address_equal(&local, &address));
    trio_socket_close(&socket);
    trio_tcp_listener_close(&listener);
}

TEST_ONCE(sim_socket, what_cannot_listen_says_so)
{
    struct trio_socket socket;

    CHECK_OK(trio_socket_open(TRIO_ADDRESS_LOCAL, TRIO_SOCKET_STREAM, &socket));
    CHECK_STATUS(trio_socket_listen(&socket, 1),
                 TRIO_EINVAL); // It has no name.
    const struct trio_error *error = trio_error_find(TRIO_EINVAL);
    if (CHECK(error != NULL))
        CHECK_STRING(error->text, "listen on unix:");
    trio_socket_close(&socket);
}

// ---- A listener that is full ----

static TRIO_CHECKPOINT trio_status connect_once(void *arg)
{
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_connect(arg, &stream);

    return rc == TRIO_OK ? trio_stream_close(&stream.stream) : rc;
}

TEST(sim_socket, who_finds_no_room_is_connected_when_there_is)
{
    static const struct trio_tcp_listen_options options = {.backlog = 1};
    struct trio_address address = parse("10.0.0.1:80");
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;
    struct trio_nursery nursery;
    trio_status rc = trio_tcp_listen(&address, &options, &listener);

    CHECK_OK(rc);
    if (rc != TRIO_OK)
        return;
    trio_nursery_open(&nursery);
    for (int i = 0; i < 5 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, connect_once, &address);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    CHECK_EQ(rc == TRIO_OK ? trio_run_statistics().world_waiters : 3, 3);
    for (int i = 0; i < 5 && rc == TRIO_OK; i++) {
        rc = trio_tcp_accept(&listener, &stream);
        if (rc == TRIO_OK)
            rc = trio_stream_close(&stream.stream);
    }
    CHECK_OK(trio_nursery_close(&nursery, rc));
    trio_tcp_listener_close(&listener);
}

// ---- Memory ----

// Opens connections, and sends over each what fits, until there is no memory;
// then over the same one when there is.
static TRIO_CHECKPOINT trio_status send_until_out_of_memory(void *arg)
{
    enum { PAIRS = 16, SIZE = 100 << 10 };
    static struct pair pairs[PAIRS];
    static char data[SIZE];
    struct failing_memory *memory = arg;
    trio_status rc = TRIO_OK;
    size_t sent = 0, i = 0;

    for (size_t one = 0; one < PAIRS; one++)
        open_pair(&pairs[one]);
    memory->persistent = true;
    memory->fail_at = memory->requests + 1;
    for (; rc == TRIO_OK && i < PAIRS; i++)
        rc = trio_stream_send_all(&pairs[i].near.stream, data, SIZE, &sent);
    memory->fail_at = 0;
    CHECK_STATUS(rc, TRIO_ENOBUFS);
    CHECK(sent < SIZE);
    struct pair *last = &pairs[i - 1];
    CHECK_OK(trio_stream_send_all(&last->near.stream, data, 1, NULL));
    CHECK_OK(trio_stream_send_eof(&last->near.stream));
    CHECK_OK(receive_all(&last->far.stream, sent + 1));
    CHECK_STATUS(receive_all(&last->far.stream, 1), TRIO_EEND);
    for (size_t one = 0; one < PAIRS; one++)
        close_pair(&pairs[one]);
    return TRIO_OK;
}

TEST_PLAIN(sim_socket, without_memory_what_was_taken_is_sent_and_counted)
{
    struct failing_memory memory;
    struct capture capture;

    capture_open(&capture);
    failing_memory_open(&memory, &capture.config);
    CHECK_OK(capture_run(&capture, send_until_out_of_memory, &memory));
    CHECK(memory.failures > 0);
    CHECK_EQ(memory.blocks, 0);
    capture_close(&capture);
}

// ---- What a campaign finds ----

static TRIO_CHECKPOINT trio_status forget_to_close(void *arg)
{
    struct trio_socket socket;

    (void)arg;
    return trio_socket_open(TRIO_ADDRESS_IPV6, TRIO_SOCKET_DATAGRAM, &socket);
}

TEST_PLAIN(sim_socket, what_is_left_open_is_found)
{
    static const struct trio_scenario scenario = {.name = "forget_to_close",
                                                  .fn = forget_to_close};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "left open: a socket");
}

static TRIO_CHECKPOINT trio_status forget_the_first(void *arg)
{
    struct trio_address port = parse("0.0.0.0:53");
    struct trio_socket socket, other;
    trio_status rc;

    (void)arg;
    rc = trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket);
    if (rc == TRIO_OK)
        rc = trio_socket_bind(&socket, &port);
    if (rc == TRIO_OK)
        rc = trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &other);
    return rc;
}

static TRIO_CHECKPOINT trio_status forget_on_a_host(void *arg)
{
    struct trio_nursery nursery;
    struct trio_sim_host *host;
    trio_status rc = trio_sim_host_open("server", NULL, &host);

    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&nursery);
    rc = trio_sim_host_start_soon(host, &nursery, forget_the_first, arg);
    return trio_nursery_close(&nursery, rc);
}

TEST_PLAIN(sim_socket, of_what_is_left_open_the_first_is_told_and_its_host)
{
    static const struct trio_scenario scenario = {.name = "forget_on_a_host",
                                                  .fn = forget_on_a_host};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text,
                 "left open: a socket of server, bound to 0.0.0.0:53");
}

static TRIO_CHECKPOINT trio_status accept_in_vain(void *arg)
{
    struct trio_address address = parse("127.0.0.1:80");
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;
    trio_status rc = trio_tcp_listen(&address, NULL, &listener);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_accept(&listener, &stream);
    trio_tcp_listener_close(&listener);
    return rc;
}

TEST_PLAIN(sim_socket, waiting_for_nobody_is_a_deadlock)
{
    static const struct trio_scenario scenario = {.name = "accept_in_vain",
                                                  .fn = accept_in_vain};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_FAILED);
    CHECK_STRING(result.text, "deadlock: [main: read from]");
    CHECK_STATUS(trio_test(accept_in_vain, NULL), TRIO_EDEADLOCK);
}

// ---- Whole programs ----

static TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream)
{
    char data[64];
    size_t length = 0;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, data, sizeof(data),
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(stream, data, length, NULL);
        if (rc != TRIO_OK)
            break;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status ask(void *arg)
{
    struct trio_stream *stream = arg;
    char data[6] = "";
    size_t length = 0;
    trio_status rc = trio_stream_send_all(stream, "hello", 5, NULL);

    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(stream, data, 5, &length);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || memcmp(data, "hello", length) == 0,
                    "the echo is what was said");
    trio_stream_close_forcefully(stream);
    return rc;
}

// A name, happy eyeballs, a server, a client.
static TRIO_CHECKPOINT trio_status serve_and_ask(void *arg)
{
    struct trio_address address = parse("10.0.0.1:80");
    struct trio_tcp_listener listener;
    struct trio_tcp_stream near, far;
    trio_status rc = trio_tcp_listen(&address, NULL, &listener);

    (void)arg;
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tcp_open("home", 80, NULL, &near);
    if (rc == TRIO_OK) {
        rc = trio_tcp_accept(&listener, &far);
        if (rc == TRIO_OK) {
            struct trio_nursery nursery;
            trio_nursery_open(&nursery);
            rc = trio_nursery_start_soon(&nursery, ask, &near.stream);
            if (rc == TRIO_OK)
                rc = echo(&far.stream);
            rc = trio_nursery_close(&nursery, rc);
            trio_stream_close_forcefully(&far.stream);
        }
        trio_stream_close_forcefully(&near.stream);
    }
    trio_tcp_listener_close(&listener);
    return rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

TEST_PLAIN(sim_socket, a_server_and_its_client_run_in_every_order)
{
    static const struct trio_scenario scenario = {.name = "serve_and_ask",
                                                  .fn = serve_and_ask};
    struct trio_campaign_result result = campaign_run_once(&scenario, NULL);

    CHECK_EQ(result.verdict, TRIO_SIM_PASSED);
    CHECK_STRING(result.text, "");
    CHECK_EQ(result.cancel_points_tried, result.cancel_points);
    CHECK(result.twins > 0);
    CHECK(result.traces > 100);
}
