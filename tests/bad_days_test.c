// Bad days on the real kernel: descriptors that run out, peers that vanish in
// every state, fall silent or never read. Nothing is lost, nothing stays
// behind.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

// ---- Descriptors run out ----

static struct rlimit limit_before;

// Leaves room for `count` more descriptors, one at most.
static void leave_room(size_t count)
{
    struct rlimit limit;
    int next = open("/dev/null", O_RDONLY | O_CLOEXEC);

    REQUIRE(next >= 0);
    close(next);
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit_before) == 0);
    limit = limit_before;
    limit.rlim_cur = (rlim_t)next + count;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static void make_room(void)
{
    REQUIRE(setrlimit(RLIMIT_NOFILE, &limit_before) == 0);
}

TEST_REAL(bad_days, without_descriptors_nothing_is_opened_and_nothing_left)
{
    struct trio_tcp_listener listener = open_listener(), second;
    struct trio_address nameless = {.family = TRIO_ADDRESS_LOCAL};
    struct trio_socket near, far;
    struct trio_socket_stream one, other;
    struct trio_descriptor_stream in, out;

    for (size_t room = 0; room < 2; room++) {
        leave_room(room);
        if (room == 0) {
            CHECK_STATUS(trio_socket_open(TRIO_ADDRESS_IPV4,
                                          TRIO_SOCKET_DATAGRAM, &near),
                         TRIO_EMFILE);
            CHECK_STATUS(trio_tcp_connect(&listener.address, &one),
                         TRIO_EMFILE);
            CHECK_STATUS(trio_socket_listener_open(&nameless, NULL, &second),
                         TRIO_EMFILE);
        }
        CHECK_STATUS(trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far),
                     TRIO_EMFILE);
        CHECK_STATUS(trio_socket_stream_pair(&one, &other), TRIO_EMFILE);
        CHECK_STATUS(trio_pipe_open(&in, &out), TRIO_EMFILE);
        CHECK_EQ(trio_error_find(TRIO_EMFILE)->os_error, EMFILE);
        make_room();
    }
    trio_tcp_listener_close(&listener);
}

// S90: it is not told that there is no such name.
TEST_REAL(bad_days, without_descriptors_nothing_is_resolved)
{
    struct trio_address found;
    size_t count;

    leave_room(0);
    CHECK_STATUS(trio_resolve("localhost", 1, NULL, &found, 1, &count),
                 TRIO_EMFILE);
    CHECK_EQ(trio_error_find(TRIO_EMFILE)->os_error, EMFILE);
    make_room();
    CHECK_OK(trio_resolve("localhost", 1, NULL, &found, 1, &count));
}

TEST_REAL(bad_days, without_descriptors_a_connection_waits)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_tcp_stream near, far;

    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    leave_room(0);
    CHECK_STATUS(trio_tcp_accept(&listener, &far), TRIO_EMFILE);
    make_room();
    CHECK_OK(trio_tcp_accept(&listener, &far));
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
    trio_tcp_listener_close(&listener);
}

TEST_REAL(bad_days, handles_that_arrive_without_descriptors_are_told_of)
{
    struct trio_socket near, far;
    trio_handle passed[] = {0, 0, 0}, arrived[8];
    char byte = 'x';
    struct trio_buffer buffer = {&byte, 1};
    struct trio_message message = {.buffers = &buffer,
                                   .buffer_count = 1,
                                   .handles = passed,
                                   .handle_count = 3};

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far));
    CHECK_OK(trio_socket_send_message(&near, &message, NULL));
    message.handles = arrived;
    message.handle_count = COUNT(arrived);
    leave_room(1);
    CHECK_STATUS(trio_socket_receive_message(&far, &message), TRIO_ETRUNCATED);
    make_room();
    CHECK_EQ(message.length, 1);
    CHECK_EQ(message.handle_count, 1);
    close((int)arrived[0]);
    trio_socket_close(&near);
    trio_socket_close(&far);
}

// ---- Peers that vanish, in every state ----

static void vanish(struct trio_tcp_stream *tcp)
{
    trio_stream_close_forcefully(&tcp->stream);
}

TEST_REAL(bad_days, a_peer_vanishes_before_it_is_accepted)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_tcp_stream near, far;
    char byte;
    size_t length;

    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    vanish(&near);
    CHECK_OK(trio_tcp_accept(&listener, &far)); // Linux lets it in.
    CHECK_STATUS(trio_stream_receive_some(&far.stream, &byte, 1, &length),
                 TRIO_EBROKEN);
    CHECK_STATUS(trio_stream_send_all(&far.stream, "x", 1, NULL), TRIO_EBROKEN);
    trio_stream_close_forcefully(&far.stream);
    trio_tcp_listener_close(&listener);
}

TEST_REAL(bad_days, a_peer_vanishes_while_it_is_waited_for)
{
    struct pair pair;
    char byte;
    struct trio_nursery nursery;

    open_pair(&pair);
    struct transfer receiving = {
        .stream = &pair.far.stream, .data = &byte, .size = 1};
    fill(&pair.far.stream);
    struct transfer sending = {
        .stream = &pair.far.stream, .data = &byte, .size = 1};
    byte = 'x';
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &receiving));
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &sending));
    settle();
    CHECK(!receiving.done && !sending.done);
    vanish(&pair.near);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(receiving.rc, TRIO_EBROKEN);
    CHECK_STATUS(sending.rc, TRIO_EBROKEN);
    trio_stream_close_forcefully(&pair.far.stream);
}

TEST_REAL(bad_days, a_peer_vanishes_after_half_of_a_goodbye)
{
    struct pair pair;
    char byte;
    size_t length;

    open_pair(&pair);
    CHECK_OK(trio_stream_send_eof(&pair.far.stream));
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "x", 1, NULL));
    vanish(&pair.near);
    // What it said before may be lost with it, but not that it is gone.
    trio_status rc =
        trio_stream_receive_some(&pair.far.stream, &byte, 1, &length);
    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(&pair.far.stream, &byte, 1, &length);
    CHECK_STATUS(rc, TRIO_EBROKEN);
    CHECK_OK(trio_stream_close(&pair.far.stream));
}

// ---- Peers that fall silent ----

// From now on nothing that is sent to it arrives, as if its cable was cut; its
// machine does not answer either.
static void cut_off(const struct trio_tcp_stream *tcp)
{
    // Of <linux/filter.h>, which not every C library comes with: "return 0".
    struct {
        uint16_t code;
        uint8_t if_true, if_false;
        uint32_t number;
    } drop = {.code = 6};
    const struct {
        unsigned short length;
        void *instructions;
    } program = {1, &drop};

    REQUIRE(setsockopt((int)tcp->socket.handle, SOL_SOCKET, SO_ATTACH_FILTER,
                       &program, sizeof(program)) == 0);
}

static void ask_soon(struct trio_socket *socket)
{
    CHECK_OK(trio_socket_set_option(socket, TRIO_SOCKET_KEEP_ALIVE, 1));
    CHECK_OK(trio_socket_set_option(socket, TRIO_SOCKET_KEEP_ALIVE_IDLE, 1));
    CHECK_OK(
        trio_socket_set_option(socket, TRIO_SOCKET_KEEP_ALIVE_INTERVAL, 1));
    CHECK_OK(trio_socket_set_option(socket, TRIO_SOCKET_KEEP_ALIVE_COUNT, 1));
}

// S47: nobody sends anything, and who waits is told all the same.
TEST_REAL(bad_days, a_peer_that_is_there_no_more_is_found_by_asking)
{
    struct pair pair;
    struct trio_cancel_scope scope;
    char byte;
    size_t length;

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    trio_time begun = trio_now();
    open_pair(&pair);
    ask_soon(&pair.near.socket);
    cut_off(&pair.far);
    trio_status rc =
        trio_stream_receive_some(&pair.near.stream, &byte, 1, &length);
    CHECK_STATUS(rc, TRIO_EPEERTIMEDOUT);
    CHECK_EQ(trio_error_find(TRIO_EPEERTIMEDOUT)->os_error, ETIMEDOUT);
    CHECK(trio_now() - begun >= TRIO_SECOND); // It was asked first.
    CHECK_STATUS(trio_stream_send_all(&pair.near.stream, "x", 1, NULL),
                 TRIO_EBROKEN);
    close_pair(&pair);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

// What asks is what was accepted: it has the listener's options.
TEST_REAL(bad_days, a_server_finds_who_is_there_no_more)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_tcp_stream near, far;
    struct trio_cancel_scope scope;
    char byte;
    size_t length;

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    ask_soon(&listener.socket);
    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    CHECK_OK(trio_tcp_accept(&listener, &far));
    cut_off(&near);
    CHECK_STATUS(trio_stream_receive_some(&far.stream, &byte, 1, &length),
                 TRIO_EPEERTIMEDOUT);
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
    trio_tcp_listener_close(&listener);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

// ---- A client that never reads ----

static TRIO_CHECKPOINT trio_status pour(struct trio_stream *stream, void *arg)
{
    static char zeros[10000];
    size_t *poured = arg;
    size_t sent;
    trio_status rc;

    do {
        rc = trio_stream_send_all(stream, zeros, sizeof(zeros), &sent);
        *poured += sent;
    } while (rc == TRIO_OK);
    return rc;
}

struct pouring {
    struct trio_server server;
    struct trio_tcp_listener listener;
    size_t poured;
};

static TRIO_CHECKPOINT trio_status serve_pouring(void *arg)
{
    struct pouring *pouring = arg;
    return trio_serve(&pouring->server, &pouring->listener, 1, NULL, pour,
                      &pouring->poured);
}

// It costs what the options say, and ends with the grace.
TEST_REAL(bad_days, a_client_that_never_reads_is_waited_for_in_bounds)
{
    const struct trio_tcp_listen_options options = {.send_buffer = 20000};
    struct pouring pouring = {.server = TRIO_SERVER_INIT};
    struct trio_address address;
    struct trio_socket client;
    struct trio_nursery nursery;

    REQUIRE(trio_address_parse("127.0.0.1:0", &address) == TRIO_OK);
    CHECK_OK(trio_tcp_listen(&address, &options, &pouring.listener));
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &client));
    CHECK_OK(
        trio_socket_set_option(&client, TRIO_SOCKET_RECEIVE_BUFFER, 20000));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve_pouring, &pouring));
    CHECK_OK(trio_socket_connect(&client, &pouring.listener.address));
    settle();
    CHECK(pouring.poured > 0 && pouring.poured < 500000);
    trio_serve_stop(&pouring.server, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_socket_close(&client);
}
