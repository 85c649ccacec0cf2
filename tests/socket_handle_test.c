// What trio/socket.h promises of handles that are adopted, passed on and
// released, and what is said when one is refused.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <trio/socket.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

TEST_REAL(socket_handle, handles_of_others_are_adopted)
{
    struct trio_socket sockets[2];
    int ends[2];
    char byte = '-';
    size_t length;

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK_OK(trio_socket_adopt(ends[i], &sockets[i]));
        CHECK_EQ(sockets[i].family, TRIO_ADDRESS_LOCAL);
        CHECK_EQ(sockets[i].type, TRIO_SOCKET_STREAM);
        CHECK(is_private(ends[i]));
    }
    CHECK_STATUS(trio_socket_adopt(ends[0], &sockets[1]), TRIO_EBUSY);
    CHECK_OK(trio_socket_send(&sockets[0], "x", 1, NULL));
    CHECK_OK(trio_socket_receive(&sockets[1], &byte, 1, &length));
    CHECK_EQ(byte, 'x');
    trio_socket_close(&sockets[0]);
    trio_socket_close(&sockets[1]);
    CHECK_EQ(fcntl(ends[0], F_GETFD), -1);
}

static TRIO_CHECKPOINT trio_status wait_for(void *arg)
{
    return trio_wait_readable(*(const int *)arg);
}

TEST_REAL(socket_handle, what_somebody_waits_for_is_not_adopted)
{
    struct trio_socket socket;
    struct trio_descriptor_stream stream;
    struct trio_nursery nursery;
    int ends[2];

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_for, &ends[0]));
    settle();
    CHECK_STATUS(trio_socket_adopt(ends[0], &socket), TRIO_EBUSY);
    CHECK_STATUS(trio_descriptor_stream_open(ends[0], &stream), TRIO_EBUSY);
    CHECK_EQ(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
    CHECK_EQ(send(ends[1], "x", 1, 0), 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK)); // Undisturbed.
    CHECK_OK(trio_socket_adopt(ends[0], &socket));
    trio_socket_close(&socket);
    close(ends[1]);
}

static TRIO_CHECKPOINT trio_status wait_in_vain(void *arg)
{
    CHECK_STATUS(wait_for(arg), TRIO_ECLOSED);
    return TRIO_OK;
}

// Its number is that of something else by then.
TEST_REAL(socket_handle, who_waits_for_what_was_closed_does_not_keep_its_number)
{
    struct trio_socket socket;
    struct trio_nursery nursery;
    int before[2], after[2];

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, before) == 0);
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, after) == 0);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_in_vain, &before[0]));
    settle();
    REQUIRE(dup2(after[0], before[0]) == before[0]);
    CHECK_OK(trio_socket_adopt(before[0], &socket));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_socket_close(&socket);
    close(before[1]);
    close(after[0]);
    close(after[1]);
}

// Has a task wait for a socket that is closed meanwhile.
static TRIO_PARKS void close_while_waiting(struct trio_socket *socket)
{
    char byte;
    struct socket_transfer waiting = {
        .socket = socket, .data = &byte, .size = 1};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_receive_once, &waiting));
    settle();
    trio_socket_close(socket);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(waiting.rc, TRIO_ECLOSED);
}

// A copy, such as a parent's, keeps the socket open: what happens to it after
// that is no event of ours.
TEST_REAL(socket_handle, an_adopted_one_that_lives_on_wakes_nobody)
{
    struct trio_socket socket;
    size_t registrations = count_registrations();
    int ends[2];

    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    int copy = dup(ends[0]);
    CHECK_OK(trio_socket_adopt(ends[0], &socket));
    close_while_waiting(&socket);
    CHECK_EQ(count_registrations(), registrations);
    close(copy);
    close(ends[1]);
}

TEST_REAL(socket_handle, one_that_was_sent_wakes_nobody)
{
    struct trio_socket carrier[2], passed, other;
    size_t registrations = count_registrations(), length;
    trio_handle handle;
    char byte = 'x';
    struct trio_buffer buffer = {&byte, 1};

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &carrier[0], &carrier[1]));
    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &passed, &other));
    handle = passed.handle;
    struct trio_message message = {.buffers = &buffer,
                                   .buffer_count = 1,
                                   .handles = &handle,
                                   .handle_count = 1};
    CHECK_OK(trio_socket_send_message(&carrier[0], &message, &length));
    close_while_waiting(&passed);
    CHECK_EQ(count_registrations(), registrations);
    trio_socket_close(&carrier[0]); // It is under way until then.
    trio_socket_close(&carrier[1]);
    trio_socket_close(&other);
}

static int socket_of_another_family(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
}

TEST_REAL(socket_handle, what_is_no_socket_is_not_adopted)
{
    struct trio_socket socket;
    int ends[2];
    int other = socket_of_another_family();

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    CHECK_STATUS(trio_socket_adopt(ends[0], &socket), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_socket_adopt(-1, &socket), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_socket_adopt(INTPTR_MAX, &socket), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_socket_adopt(other, &socket), TRIO_ENOTSUP);
    close(ends[0]);
    close(ends[1]);
    close(other);
}

// ---- The system's numbers ----

// The system refuses something, with a number that it refuses nothing with
// below.
static void be_refused(void)
{
    struct trio_address address;
    struct trio_socket socket;

    REQUIRE(trio_address_parse("203.0.113.1:1", &address) == TRIO_OK);
    CHECK_OK(
        trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &socket));
    CHECK_STATUS(trio_socket_bind(&socket, &address), TRIO_EADDRNOTAVAIL);
    trio_socket_close(&socket);
}

static int last_number(void)
{
    return trio_error_last()->os_error;
}

TEST_REAL(socket_handle, what_the_system_did_not_refuse_has_no_number_of_its)
{
    struct trio_address ipv6 = {.family = TRIO_ADDRESS_IPV6};
    struct trio_socket socket, second;
    struct trio_descriptor_stream stream;
    int other = socket_of_another_family();
    int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket));
    be_refused();
    CHECK_STATUS(trio_socket_adopt(socket.handle, &second), TRIO_EBUSY);
    CHECK_EQ(last_number(), 0);
    be_refused();
    CHECK_STATUS(trio_socket_adopt(other, &second), TRIO_ENOTSUP);
    CHECK_EQ(last_number(), 0);
    be_refused();
    CHECK_STATUS(trio_socket_adopt(INTPTR_MAX, &second), TRIO_EBADHANDLE);
    CHECK_EQ(last_number(), EBADF);
    be_refused();
    CHECK_STATUS(trio_wait_readable(INTPTR_MAX), TRIO_EBADHANDLE);
    CHECK_EQ(last_number(), EBADF);
    be_refused();
    CHECK_STATUS(trio_descriptor_stream_open(socket.handle, &stream),
                 TRIO_EBUSY);
    CHECK_EQ(last_number(), 0);
    be_refused();
    CHECK_STATUS(trio_descriptor_stream_open(folder, &stream), TRIO_ENOTSUP);
    CHECK_EQ(last_number(), 0);
    be_refused();
    CHECK_STATUS(trio_socket_connect(&socket, &ipv6), TRIO_EINVAL);
    CHECK_EQ(last_number(), 0);
    trio_socket_close(&socket);
    close(other);
    close(folder);
}

static trio_status be_refused_meanwhile(void *arg)
{
    (void)arg;
    be_refused();
    return TRIO_OK;
}

// Failures are told of after others had their turn.
TEST_REAL(socket_handle, the_number_of_a_failure_is_that_of_its_own_call)
{
    struct trio_nursery nursery;
    struct trio_select select = TRIO_SELECT_INIT;
    struct trio_case cases[] = {trio_case_readable(INTPTR_MAX)};
    size_t chosen;

    for (int i = 0; i < 2; i++) {
        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, be_refused_meanwhile, NULL));
        CHECK_STATUS(i == 0 ? trio_wait_readable(INTPTR_MAX)
                            : trio_select(&select, cases, 1, &chosen),
                     TRIO_EBADHANDLE);
        CHECK_EQ(last_number(), EBADF);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    }
}

// S45
TEST_REAL(socket_handle, a_released_handle_is_the_callers)
{
    struct trio_socket near, far;
    char byte = '-';
    struct trio_nursery nursery;

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far));
    struct socket_transfer waiting = {
        .socket = &near, .data = &byte, .size = 1};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_receive_once, &waiting));
    settle();
    trio_handle handle = trio_socket_release(&near);
    CHECK(!near.open);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(waiting.rc, TRIO_ECLOSED);
    CHECK_OK(trio_socket_send(&far, "x", 1, NULL));
    for (int i = 0; i < 2; i++) // Level semantics, as for a stranger's.
        CHECK_OK(trio_wait_readable(handle));
    CHECK_EQ(recv((int)handle, &byte, 1, 0), 1);
    CHECK_OK(trio_socket_adopt(handle, &near));
    CHECK_OK(trio_socket_send(&near, "y", 1, NULL));
    trio_socket_close(&near);
    trio_socket_close(&far);
}
