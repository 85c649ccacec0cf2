// What trio/message.h promises: vectors, handles, peeking, and limits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/message.h>

#include <fcntl.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

struct both {
    struct trio_socket near;
    struct trio_socket far;
};

static struct both open_both(enum trio_socket_type type)
{
    struct both both;

    REQUIRE(trio_socket_pair(type, &both.near, &both.far) == TRIO_OK);
    return both;
}

static void close_both(struct both *both)
{
    trio_socket_close(&both->near);
    trio_socket_close(&both->far);
}

// Receives up to `room` bytes and `max` handles. Returns the status.
struct parcel {
    char data[32];
    trio_handle handles[8];
    struct trio_message message;
};

static TRIO_PARKS trio_status take(struct trio_socket *socket, size_t room,
                                   size_t max, struct parcel *ret_parcel)
{
    struct trio_buffer buffer = {ret_parcel->data, room};

    ret_parcel->message = (struct trio_message){.buffers = &buffer,
                                                .buffer_count = 1,
                                                .handles = ret_parcel->handles,
                                                .handle_count = max};
    return trio_socket_receive_message(socket, &ret_parcel->message);
}

static TRIO_PARKS void give(struct trio_socket *socket, const char *text,
                            trio_handle *handles, size_t count)
{
    char data[32];
    size_t sent;
    struct trio_buffer buffer = {data, strlen(text)};
    struct trio_message message = {.buffers = &buffer,
                                   .buffer_count = 1,
                                   .handles = handles,
                                   .handle_count = count};

    memcpy(data, text, strlen(text));
    CHECK_OK(trio_socket_send_message(socket, &message, &sent));
    CHECK_EQ(sent, strlen(text));
}

// ---- Vectors ----

static TRIO_PARKS void scatter_and_gather(enum trio_socket_type type)
{
    struct both both = open_both(type);
    char a[] = "abc", b[] = "", c[] = "defgh", one[4], two[2], rest[10];
    struct trio_buffer out[] = {{a, 3}, {b, 0}, {c, 5}};
    struct trio_buffer in[] = {{one, 4}, {two, 2}, {rest, 10}};
    struct trio_message sent = {.buffers = out, .buffer_count = 3};
    struct trio_message received = {.buffers = in, .buffer_count = 3};
    size_t length;

    CHECK_OK(trio_socket_send_message(&both.near, &sent, &length));
    CHECK_EQ(length, 8);
    CHECK_OK(trio_socket_receive_message(&both.far, &received));
    CHECK_EQ(received.length, 8);
    CHECK(memcmp(one, "abcd", 4) == 0);
    CHECK(memcmp(two, "ef", 2) == 0);
    CHECK(memcmp(rest, "gh", 2) == 0);
    close_both(&both);
}

TEST_REAL(message, buffers_are_sent_and_filled_in_order)
{
    scatter_and_gather(TRIO_SOCKET_STREAM);
    scatter_and_gather(TRIO_SOCKET_DATAGRAM);
}

TEST_REAL(message, a_peek_takes_nothing)
{
    struct both both = open_both(TRIO_SOCKET_DATAGRAM);
    struct parcel parcel;
    struct trio_message peek = {.peek = true};

    give(&both.near, "eleven byte", NULL, 0);
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(trio_socket_receive_message(&both.far, &peek),
                     TRIO_ETRUNCATED);
        CHECK_EQ(peek.length, 11); // So that room can be made.
    }
    CHECK_OK(take(&both.far, 11, 0, &parcel));
    CHECK_EQ(parcel.message.length, 11);
    close_both(&both);
}

TEST_REAL(message, a_peek_at_a_stream_leaves_it_readable)
{
    struct both both = open_both(TRIO_SOCKET_STREAM);
    struct parcel parcel;
    char byte;
    struct trio_buffer buffer = {&byte, 1};
    struct trio_message peek = {
        .buffers = &buffer, .buffer_count = 1, .peek = true};

    give(&both.near, "ab", NULL, 0);
    for (int i = 0; i < 2; i++) {
        byte = '-';
        CHECK_OK(trio_socket_receive_message(&both.far, &peek));
        CHECK_EQ(byte, 'a');
    }
    CHECK_OK(take(&both.far, 32, 0, &parcel));
    CHECK_EQ(parcel.message.length, 2);
    trio_socket_close(&both.near);
    CHECK_STATUS(trio_socket_receive_message(&both.far, &peek), TRIO_EEND);
    close_both(&both);
}

// ---- Handles ----

static TRIO_PARKS void pass_a_pipe(enum trio_socket_type type)
{
    struct both both = open_both(type);
    struct parcel parcel;
    int ends[2];
    char byte = '-';

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    trio_handle passed[] = {ends[0], ends[1]};
    give(&both.near, "two", passed, 2);
    close(ends[1]);
    CHECK_OK(take(&both.far, 32, 8, &parcel));
    CHECK_EQ(parcel.message.handle_count, 2);
    for (int i = 0; i < 2; i++)
        CHECK(fcntl((int)parcel.handles[i], F_GETFD) & FD_CLOEXEC);
    CHECK_EQ(write((int)parcel.handles[1], "x", 1), 1);
    CHECK_EQ(read(ends[0], &byte, 1), 1);
    CHECK_EQ(byte, 'x');
    close((int)parcel.handles[0]);
    close((int)parcel.handles[1]);
    close(ends[0]);
    close_both(&both);
}

TEST_REAL(message, handles_go_over_local_sockets)
{
    size_t descriptors = count_descriptors();

    pass_a_pipe(TRIO_SOCKET_STREAM);
    pass_a_pipe(TRIO_SOCKET_DATAGRAM);
    CHECK_EQ(count_descriptors(), descriptors);
}

TEST_REAL(message, a_socket_that_was_passed_is_adopted)
{
    struct both both = open_both(TRIO_SOCKET_STREAM);
    struct both passed = open_both(TRIO_SOCKET_STREAM);
    struct trio_socket adopted;
    struct parcel parcel;

    give(&both.near, "x", &passed.far.handle, 1);
    trio_socket_close(&passed.far);
    CHECK_OK(take(&both.far, 1, 1, &parcel));
    CHECK_OK(trio_socket_adopt(parcel.handles[0], &adopted));
    CHECK_OK(trio_socket_send(&adopted, "hello", 5, NULL));
    CHECK_OK(take(&passed.near, 32, 0, &parcel));
    CHECK_EQ(parcel.message.length, 5);
    trio_socket_close(&adopted);
    close_both(&passed);
    close_both(&both);
}

TEST_REAL(message, handles_without_room_are_closed_and_told_of)
{
    for (size_t room = 0; room <= 4; room++) {
        struct both both = open_both(TRIO_SOCKET_STREAM);
        trio_handle passed[] = {0, 0, 0};
        struct parcel parcel;
        size_t descriptors = count_descriptors();

        give(&both.near, "three", passed, 3);
        // Who does not ask for any is not told.
        CHECK_STATUS(take(&both.far, 32, room, &parcel),
                     room == 0 || room >= 3 ? TRIO_OK : TRIO_ETRUNCATED);
        CHECK_EQ(parcel.message.length, 5);
        CHECK_EQ(parcel.message.handle_count, room < 3 ? room : 3);
        CHECK_EQ(count_descriptors(),
                 descriptors + parcel.message.handle_count);
        for (size_t i = 0; i < parcel.message.handle_count; i++)
            close((int)parcel.handles[i]);
        close_both(&both);
    }
}

// Data that was sent with handles is received by itself: a short receive does
// not mean that there is no more.
TEST_REAL(message, handles_do_not_stop_a_stream)
{
    struct both both = open_both(TRIO_SOCKET_STREAM);
    struct trio_nursery nursery;
    char data[10];
    struct socket_transfer first = {
        .socket = &both.far, .data = data, .size = 10};
    trio_handle passed = 0;
    size_t descriptors = count_descriptors(), length;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_receive_once, &first));
    settle(); // It has registered.
    give(&both.near, "a", &passed, 1);
    give(&both.near, "b", &passed, 1);
    give(&both.near, "c", NULL, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    size_t total = first.length;
    while (total < 3) {
        CHECK_OK(trio_socket_receive(&both.far, data, 10, &length));
        total += length;
    }
    CHECK_EQ(count_descriptors(), descriptors); // What nobody took is closed.
    close_both(&both);
}

static TRIO_PARKS void never_receive(enum trio_socket_type type,
                                     bool near_first)
{
    struct both both = open_both(type);
    size_t descriptors = count_descriptors();
    int ends[2];
    char byte;

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    trio_handle passed = ends[1];
    give(&both.near, "x", &passed, 1);
    close(ends[1]);
    CHECK_EQ(count_descriptors(), descriptors + 1);
    trio_socket_close(near_first ? &both.near : &both.far);
    close_both(&both);                    // The other one.
    CHECK_EQ(read(ends[0], &byte, 1), 0); // Nobody can write any more.
    close(ends[0]);
    CHECK_EQ(count_descriptors(), descriptors - 2);
}

TEST_REAL(message, what_is_never_received_is_closed_with_the_socket)
{
    for (int near_first = 0; near_first < 2; near_first++) {
        never_receive(TRIO_SOCKET_DATAGRAM, near_first);
        never_receive(TRIO_SOCKET_STREAM, near_first);
    }
}

// ---- Limits ----

TEST_REAL(message, too_many_parts_are_refused)
{
    static struct trio_buffer buffers[TRIO_MESSAGE_BUFFERS_MAX + 1];
    static trio_handle handles[TRIO_MESSAGE_HANDLES_MAX + 1];
    struct both both = open_both(TRIO_SOCKET_STREAM);
    char byte = 'x';
    struct trio_message many = {.buffers = buffers,
                                .buffer_count = COUNT(buffers)};
    struct trio_message crowd = {.buffers = buffers,
                                 .buffer_count = 1,
                                 .handles = handles,
                                 .handle_count = COUNT(handles)};

    for (size_t i = 0; i < COUNT(buffers); i++)
        buffers[i] = (struct trio_buffer){&byte, 1};
    CHECK_STATUS(trio_socket_send_message(&both.near, &many, NULL),
                 TRIO_EINVAL);
    CHECK_STATUS(trio_socket_receive_message(&both.near, &many), TRIO_EINVAL);
    CHECK_STATUS(trio_socket_send_message(&both.near, &crowd, NULL),
                 TRIO_EINVAL);
    CHECK_STATUS(trio_socket_receive_message(&both.near, &crowd), TRIO_EINVAL);
    many.buffer_count--;
    CHECK_OK(trio_socket_send_message(&both.near, &many, NULL));
    CHECK_OK(trio_socket_receive_message(&both.far, &many));
    CHECK_EQ(many.length, TRIO_MESSAGE_BUFFERS_MAX);
    close_both(&both);
}

TEST_REAL(message, what_would_be_lost_in_silence_is_refused)
{
    struct both both = open_both(TRIO_SOCKET_STREAM);
    struct trio_socket udp = open_bound("127.0.0.1:0", TRIO_SOCKET_DATAGRAM);
    struct trio_address address = address_of(&udp);
    trio_handle passed = 0, bad = 12345;
    char byte = 'x';
    struct trio_buffer buffer = {&byte, 1};
    struct trio_message message = {.handles = &passed, .handle_count = 1};

    CHECK_STATUS(trio_socket_send_message(&both.near, &message, NULL),
                 TRIO_EINVAL);
    CHECK_STATUS(trio_socket_receive_message(&both.near, &message),
                 TRIO_EINVAL); // No room for data.
    message.buffers = &buffer;
    message.buffer_count = 1;
    message.handles = &bad;
    CHECK_STATUS(trio_socket_send_message(&both.near, &message, NULL),
                 TRIO_EBADHANDLE);
    message.handles = &passed;
    message.address = &address;
    CHECK_STATUS(trio_socket_send_message(&udp, &message, NULL), TRIO_ENOTSUP);
    trio_socket_close(&udp);
    close_both(&both);
}
