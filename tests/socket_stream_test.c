// What trio/socket_stream.h promises; what a stream promises, the stream
// contract checks.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/socket_stream.h>
#include <trio/tcp.h>

#include <trio/error.h>
#include <trio/reader.h>

#include <stdio.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

TEST_REAL(socket_stream, a_pair_is_connected_with_each_other)
{
    struct trio_socket_stream near, far;
    char data[4] = "...";
    size_t length;

    CHECK_OK(trio_socket_stream_pair(&near, &far));
    CHECK_EQ(near.peer.family, TRIO_ADDRESS_LOCAL);
    CHECK_OK(trio_stream_send_all(&near.stream, "abc", 3, NULL));
    CHECK_OK(trio_stream_send_eof(&near.stream));
    CHECK_OK(trio_stream_receive_some(&far.stream, data, 4, &length));
    CHECK_STRING(data, "abc");
    CHECK_STATUS(trio_stream_receive_some(&far.stream, data, 4, &length),
                 TRIO_EEND);
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(trio_stream_close(&far.stream));
}

// The end leaves no record, and finds none of an older failure.
TEST_REAL(socket_stream, the_end_is_not_explained_by_an_older_failure)
{
    struct trio_socket_stream near, far;
    struct trio_reader reader;
    char buffer[4], *data;
    size_t length;

    CHECK_OK(trio_socket_stream_pair(&near, &far));
    CHECK_OK(trio_stream_close(&near.stream));
    trio_ignore(trio_fail(TRIO_EEND, "older"));
    CHECK_STATUS(trio_stream_receive_some(&far.stream, buffer, 4, &length),
                 TRIO_EEND);
    CHECK(trio_error_find(TRIO_EEND) == NULL);
    trio_ignore(trio_fail(TRIO_EEND, "older"));
    trio_reader_init(&reader, &far.stream, buffer, sizeof(buffer));
    CHECK_STATUS(trio_reader_read(&reader, 1, &data), TRIO_EEND);
    CHECK(trio_error_find(TRIO_EEND) == NULL);
    CHECK_OK(trio_stream_close(&far.stream));
}

TEST_REAL(socket_stream, a_connected_socket_is_taken_over)
{
    struct trio_socket near, far;
    struct trio_socket_stream stream;
    char byte = '-';
    size_t length, descriptors = count_descriptors();

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far));
    CHECK_OK(trio_socket_stream_open(&near, &stream));
    CHECK(!near.open);
    trio_socket_close(&near); // It is not closed by that.
    CHECK_OK(trio_stream_send_all(&stream.stream, "x", 1, NULL));
    CHECK_OK(trio_socket_receive(&far, &byte, 1, &length));
    CHECK_EQ(byte, 'x');
    CHECK_OK(trio_stream_close(&stream.stream));
    trio_socket_close(&far);
    CHECK_EQ(count_descriptors(), descriptors);
}

TEST_REAL(socket_stream, what_is_no_connection_is_refused)
{
    struct trio_socket near, far, closed = {.open = false};
    struct trio_socket alone = open_bound("127.0.0.1:0", TRIO_SOCKET_STREAM);
    struct trio_socket_stream stream;
    struct trio_nursery nursery;
    char byte;

    CHECK_STATUS(trio_socket_stream_open(&closed, &stream), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_stream_open(&alone, &stream), TRIO_EBROKEN);
    CHECK(alone.open); // It stays the caller's.
    trio_socket_close(&alone);
    CHECK_OK(trio_socket_pair(TRIO_SOCKET_DATAGRAM, &near, &far));
    CHECK_STATUS(trio_socket_stream_open(&near, &stream), TRIO_EINVAL);
    trio_socket_close(&near);
    trio_socket_close(&far);

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far));
    struct socket_transfer transfer = {
        .socket = &near, .data = &byte, .size = 1};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_receive_once, &transfer));
    settle();
    CHECK_STATUS(trio_socket_stream_open(&near, &stream), TRIO_EBUSY);
    trio_socket_close(&near);
    trio_socket_close(&far);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status send_x(void *stream)
{
    return trio_stream_send_all(stream, "x", 1, NULL);
}

// S14: others come in, also where there is nothing to be done any more.
TEST_REAL(socket_stream, a_send_after_its_end_is_a_checkpoint)
{
    struct trio_socket_stream near, far;

    CHECK_OK(trio_socket_stream_pair(&near, &far));
    CHECK_OK(trio_stream_send_eof(&near.stream));
    CHECK_STATUS(trio_assert_checkpoints(send_x, &near.stream), TRIO_ECLOSED);
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(trio_stream_close(&far.stream));
}

// What the record says after "send to" or "send the end to".
static void find_peer(const char *what, char *ret_peer, size_t size)
{
    const struct trio_error *error = trio_error_find(TRIO_EBROKEN);

    REQUIRE(error != NULL && strncmp(error->text, what, strlen(what)) == 0);
    snprintf(ret_peer, size, "%s", error->text + strlen(what));
}

static TRIO_PARKS void check_end_fails(struct trio_stream *stream)
{
    char of_send[TRIO_ERROR_TEXT_MAX], of_end[TRIO_ERROR_TEXT_MAX];

    find_peer("send to ", of_send, sizeof(of_send));
    trio_error_clear();
    CHECK_STATUS(trio_stream_send_eof(stream), TRIO_EBROKEN);
    find_peer("send the end to ", of_end, sizeof(of_end));
    CHECK_STRING(of_end, of_send);
    CHECK_EQ(trio_error_last()->os_error, 0); // The system was not asked.
    CHECK_STATUS(trio_stream_send_eof(stream), TRIO_EBROKEN);
}

static TRIO_PARKS void check_end_after(struct trio_socket_stream *near,
                                       struct trio_socket_stream *far)
{
    trio_status rc = TRIO_OK;

    trio_stream_close_forcefully(&far->stream);
    while (rc == TRIO_OK) {
        rc = trio_stream_send_all(&near->stream, "x", 1, NULL);
        CHECK_OK(trio_sleep(TRIO_MS));
    }
    CHECK_EQ(rc, TRIO_EBROKEN);
    check_end_fails(&near->stream);
    trio_stream_close_forcefully(&near->stream);
}

static TRIO_PARKS void check_ends_of_both_kinds(void)
{
    struct trio_socket_stream near, far;
    struct trio_address address;
    struct trio_tcp_listener listener;

    CHECK_OK(trio_socket_stream_pair(&near, &far));
    check_end_after(&near, &far);
    CHECK_OK(trio_address_parse("127.0.0.1:0", &address));
    CHECK_OK(trio_tcp_listen(&address, NULL, &listener));
    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    CHECK_OK(trio_tcp_accept(&listener, &far));
    trio_tcp_listener_close(&listener);
    check_end_after(&near, &far);
}

TEST_REAL(socket_stream, the_end_reaches_nobody_once_a_send_has_reached_nobody)
{
    check_ends_of_both_kinds();
}

TEST_ONCE(socket_stream, so_it_does_in_simulation)
{
    check_ends_of_both_kinds();
}
