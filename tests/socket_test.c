// What trio/socket.h promises, of streams and of sockets as such; datagrams are
// in tests/datagram_test.c, handles in tests/socket_handle_test.c. The other
// side is the kernel: the real world.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/socket.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

// ---- Making ----

TEST(socket, what_is_not_open_is_not_taken_over)
{
    struct trio_socket socket;

    CHECK_STATUS(trio_socket_adopt(0, &socket), TRIO_EBADHANDLE);
}

// Everything that can be asked of one that is not open. S47
static TRIO_PARKS void check_closed(struct trio_socket *socket)
{
    struct trio_address address = {.family = TRIO_ADDRESS_IPV4};
    struct trio_socket accepted;
    char byte = 0;
    size_t length;
    int value;

    CHECK_STATUS(trio_socket_bind(socket, &address), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_listen(socket, 1), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_local_address(socket, &address), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_peer_address(socket, &address), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_set_option(socket, TRIO_SOCKET_KEEP_ALIVE, 1),
                 TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_get_option(socket, TRIO_SOCKET_KEEP_ALIVE, &value),
                 TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_join_group(socket, &address, 0), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_leave_group(socket, &address, 0), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_connect(socket, &address), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_accept(socket, &accepted, NULL), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_send(socket, "x", 1, NULL), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_receive(socket, &byte, 1, &length), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_shutdown_send(socket), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_wait_readable(socket), TRIO_ECLOSED);
    CHECK_STATUS(trio_socket_wait_writable(socket), TRIO_ECLOSED);
    CHECK_EQ(trio_socket_release(socket), TRIO_HANDLE_NONE);
    trio_socket_close(socket);
    trio_socket_reset(socket);
}

// S47
TEST_REAL(socket, one_that_is_closed_says_so)
{
    struct trio_socket zeros = {.open = false}, closed, far;

    check_closed(&zeros);
    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &closed, &far));
    trio_socket_close(&closed);
    check_closed(&closed);
    trio_socket_reset(&far);
    check_closed(&far);
}

TEST(socket, a_pair_is_of_a_type_that_there_is)
{
    struct trio_socket near, far;

    CHECK_STATUS(trio_socket_pair((enum trio_socket_type)77, &near, &far),
                 TRIO_ENOTSUP);
}

TEST_REAL(socket, none_blocks_and_children_inherit_none)
{
    struct trio_socket listener = open_bound("127.0.0.1:0", TRIO_SOCKET_STREAM);
    struct trio_address address = address_of(&listener);
    struct trio_socket near, far, accepted;

    CHECK_OK(trio_socket_listen(&listener, 1));
    CHECK(is_private(listener.handle));
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &near));
    CHECK_OK(trio_socket_connect(&near, &address));
    CHECK_OK(trio_socket_accept(&listener, &accepted, NULL));
    CHECK(is_private(accepted.handle));
    trio_socket_close(&near);
    trio_socket_close(&accepted);
    trio_socket_close(&listener);
    for (int type = TRIO_SOCKET_STREAM; type <= TRIO_SOCKET_DATAGRAM; type++) {
        CHECK_OK(trio_socket_pair((enum trio_socket_type)type, &near, &far));
        CHECK(is_private(near.handle) && is_private(far.handle));
        trio_socket_close(&near);
        trio_socket_close(&far);
    }
}

// ---- Streams ----

TEST_REAL(socket, a_pair_is_connected_with_each_other)
{
    struct trio_socket near, far;
    char data[10];
    size_t length = 0;

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far));
    CHECK_EQ(near.family, TRIO_ADDRESS_LOCAL);
    CHECK_OK(trio_socket_send(&near, "hello", 5, &length));
    CHECK_EQ(length, 5);
    CHECK_OK(trio_socket_receive(&far, data, sizeof(data), &length));
    CHECK_EQ(length, 5);
    CHECK(memcmp(data, "hello", 5) == 0);
    CHECK_OK(trio_socket_shutdown_send(&far));
    CHECK_STATUS(trio_socket_send(&far, "x", 1, NULL), TRIO_EBROKEN);
    CHECK_STATUS(trio_socket_receive(&near, data, 1, &length), TRIO_EEND);
    CHECK_OK(trio_socket_send(&near, "back", 4, NULL));
    CHECK_OK(trio_socket_receive(&far, data, sizeof(data), &length));
    CHECK_EQ(length, 4);
    trio_socket_close(&near);
    CHECK_STATUS(trio_socket_receive(&far, data, 1, &length), TRIO_EEND);
    CHECK_STATUS(trio_socket_receive(&far, data, 0, &length), TRIO_EINVAL);
    trio_socket_close(&far);
}

static TRIO_PARKS void connect_at(const char *text)
{
    struct trio_socket listener = open_bound(text, TRIO_SOCKET_STREAM);
    struct trio_address address = address_of(&listener), peer, own;
    struct trio_socket near, far;
    char byte;
    size_t length;

    CHECK_OK(trio_socket_listen(&listener, 5));
    CHECK_OK(trio_socket_open(address.family, TRIO_SOCKET_STREAM, &near));
    CHECK_OK(trio_socket_connect(&near, &address));
    CHECK_OK(trio_socket_accept(&listener, &far, &peer));
    CHECK_OK(trio_socket_local_address(&near, &own));
    CHECK(trio_address_equal(&peer, &own));
    CHECK_OK(trio_socket_peer_address(&near, &own));
    CHECK(trio_address_equal(&address, &own));
    CHECK_OK(trio_socket_send(&near, "x", 1, NULL));
    CHECK_OK(trio_socket_receive(&far, &byte, 1, &length));
    trio_socket_close(&near);
    trio_socket_close(&far);
    trio_socket_close(&listener);
}

TEST_REAL(socket, connections_are_accepted)
{
    connect_at("127.0.0.1:0");
    connect_at("unix:");
}

TEST_REAL(socket, what_does_not_listen_accepts_nothing)
{
    struct trio_socket accepted;
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    for (int type = TRIO_SOCKET_STREAM; type <= TRIO_SOCKET_DATAGRAM; type++) {
        struct trio_socket socket =
            open_bound("127.0.0.1:0", (enum trio_socket_type)type);
        CHECK_STATUS(trio_socket_accept(&socket, &accepted, NULL), TRIO_EINVAL);
        CHECK_EQ(trio_error_last()->os_error, EINVAL);
        trio_socket_close(&socket);
    }
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

// S46
TEST_REAL(socket, a_cancelled_connect_closes_it)
{
    struct trio_socket socket;
    struct trio_address address;
    struct trio_cancel_scope scope;
    size_t descriptors = count_descriptors();

    REQUIRE(trio_address_parse("127.0.0.1:9", &address) == TRIO_OK);
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket));
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_socket_connect(&socket, &address);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(!socket.open);
    CHECK_EQ(count_descriptors(), descriptors);
}

// S46
TEST_REAL(socket, failures_name_the_address)
{
    struct trio_socket socket, second;
    struct trio_address address;

    socket = open_bound("127.0.0.1:0", TRIO_SOCKET_STREAM);
    address = address_of(&socket); // Nobody listens.
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &second));
    CHECK_STATUS(trio_socket_connect(&second, &address), TRIO_ECONNREFUSED);
    CHECK(strncmp(trio_error_last()->text, "connect 127.0.0.1:", 18) == 0);
    trio_socket_close(&second);
    second = open_bound("127.0.0.1:0", TRIO_SOCKET_STREAM);
    trio_socket_close(&second);
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &second));
    CHECK_STATUS(trio_socket_bind(&second, &address), TRIO_EADDRINUSE);
    CHECK(strncmp(trio_error_last()->text, "bind to 127.0.0.1:", 18) == 0);
    CHECK_STATUS(trio_socket_bind(&socket, &address), TRIO_EINVAL);
    CHECK_OK(trio_address_parse("[::1]:80", &address));
    CHECK_STATUS(trio_socket_bind(&second, &address), TRIO_EINVAL);
    CHECK_STRING(trio_error_last()->text,
                 "bind to [::1]:80: of another family");
    CHECK_STATUS(trio_socket_connect(&second, &address), TRIO_EINVAL);
    CHECK_STRING(trio_error_last()->text,
                 "connect [::1]:80: of another family");
    trio_socket_close(&second);
    trio_socket_close(&socket);
}

struct connecting {
    struct trio_socket *socket;
    const struct trio_address *address;
    bool done;
};

static TRIO_CHECKPOINT trio_status connect_once(void *arg)
{
    struct connecting *connecting = arg;
    trio_status rc =
        trio_socket_connect(connecting->socket, connecting->address);

    connecting->done = true;
    return rc;
}

// A local listener at which as many wait as may, and one more.
struct full {
    struct trio_socket listener;
    struct trio_address address;
    struct trio_socket clients[3];
    struct connecting connecting; // The last of them.
};

static TRIO_PARKS void open_full(struct full *full)
{
    full->listener = open_bound("unix:", TRIO_SOCKET_STREAM);
    full->address = address_of(&full->listener);
    full->connecting = (struct connecting){.socket = &full->clients[2],
                                           .address = &full->address};
    CHECK_OK(trio_socket_listen(&full->listener, 1));
    for (size_t i = 0; i < COUNT(full->clients); i++)
        CHECK_OK(trio_socket_open(TRIO_ADDRESS_LOCAL, TRIO_SOCKET_STREAM,
                                  &full->clients[i]));
    CHECK_OK(trio_socket_connect(&full->clients[0], &full->address));
    CHECK_OK(trio_socket_connect(&full->clients[1], &full->address));
}

static void close_full(struct full *full)
{
    for (size_t i = 0; i < COUNT(full->clients); i++)
        trio_socket_close(&full->clients[i]);
    trio_socket_close(&full->listener);
}

// The kernel says only that there is no room, never when there is: a connect to
// a local listener at which too many wait has to go on all the same.
TEST_REAL(socket, a_full_local_listener_is_waited_for)
{
    struct trio_socket accepted;
    struct trio_nursery nursery;
    struct full full;

    open_full(&full);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, connect_once, &full.connecting));
    settle();
    CHECK(!full.connecting.done);
    CHECK_OK(trio_socket_accept(&full.listener, &accepted, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_socket_close(&accepted);
    close_full(&full);
}

// S47: it waits for nothing that closing the socket would end.
TEST_REAL(socket, one_that_waits_for_a_full_listener_may_be_closed)
{
    struct trio_nursery nursery;
    struct full full;

    open_full(&full);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, connect_once, &full.connecting));
    settle();
    trio_socket_close(full.connecting.socket);
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_ECLOSED);
    close_full(&full);
}

// ---- Two tasks, and cancellation ----

// S44
TEST_REAL(socket, a_second_task_in_a_direction_is_busy)
{
    struct trio_socket near, far;
    char byte = '-', other;
    struct trio_nursery nursery;
    size_t length;

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far));
    struct socket_transfer first = {.socket = &near, .data = &byte, .size = 1};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_receive_once, &first));
    settle();
    CHECK_STATUS(trio_socket_receive(&near, &other, 1, &length), TRIO_EBUSY);
    CHECK_STATUS(trio_socket_wait_readable(&near), TRIO_EBUSY);
    CHECK_OK(trio_socket_send(&near, "a", 1, NULL)); // The other direction.
    CHECK_OK(trio_socket_send(&far, "b", 1, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(first.rc);
    CHECK_EQ(byte, 'b');

    socket_fill(&near, 1000);
    struct socket_transfer second = {.socket = &near, .data = &byte, .size = 1};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_send_once, &second));
    settle();
    CHECK_STATUS(trio_socket_send(&near, "x", 1, NULL), TRIO_EBUSY);
    CHECK_STATUS(trio_socket_wait_writable(&near), TRIO_EBUSY);
    CHECK_STATUS(trio_socket_shutdown_send(&near), TRIO_EBUSY);
    trio_socket_close(&near); // S45: wakes it.
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(second.rc, TRIO_ECLOSED);
    trio_socket_close(&far);
}

// S14
TEST_REAL(socket, cancelled_calls_take_and_send_nothing)
{
    struct trio_socket near, far;
    struct trio_cancel_scope scope;
    char byte = '-';
    size_t length;

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far));
    CHECK_OK(trio_socket_send(&near, "a", 1, NULL));
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_STATUS(trio_socket_receive(&far, &byte, 1, &length), TRIO_ECANCELED);
    CHECK_STATUS(trio_socket_wait_readable(&far), TRIO_ECANCELED);
    trio_status rc = trio_socket_send(&near, "b", 1, NULL);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_socket_shutdown_send(&near));
    CHECK_OK(trio_socket_receive(&far, &byte, 1, &length));
    CHECK_EQ(byte, 'a');
    CHECK_STATUS(trio_socket_receive(&far, &byte, 1, &length), TRIO_EEND);
    trio_socket_close(&near);
    trio_socket_close(&far);
}

// ---- Options ----

TEST_REAL(socket, options_are_set_and_read)
{
    struct trio_socket socket;
    int value = -1;

    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_STREAM, &socket));
    CHECK_OK(trio_socket_get_option(&socket, TRIO_SOCKET_NO_DELAY, &value));
    CHECK_EQ(value, 0);
    CHECK_OK(trio_socket_set_option(&socket, TRIO_SOCKET_NO_DELAY, 1));
    CHECK_OK(trio_socket_get_option(&socket, TRIO_SOCKET_NO_DELAY, &value));
    CHECK(value != 0);
    CHECK_OK(trio_socket_set_option(&socket, TRIO_SOCKET_TTL, 7));
    CHECK_OK(trio_socket_get_option(&socket, TRIO_SOCKET_TTL, &value));
    CHECK_EQ(value, 7);
    CHECK_STATUS(trio_socket_set_option(&socket, TRIO_SOCKET_TTL, 1000),
                 TRIO_EINVAL);
    CHECK_STATUS(
        trio_socket_set_option(&socket, TRIO_SOCKET_RECEIVE_BUFFER, -1),
        TRIO_EINVAL);
    CHECK_STRING(trio_error_last()->text, "set RECEIVE_BUFFER to -1");
    for (int option = TRIO_SOCKET_KEEP_ALIVE_IDLE;
         option <= TRIO_SOCKET_KEEP_ALIVE_COUNT; option++) {
        CHECK_OK(trio_socket_set_option(
            &socket, (enum trio_socket_option)option, 10 + option));
        CHECK_OK(trio_socket_get_option(
            &socket, (enum trio_socket_option)option, &value));
        CHECK_EQ(value, 10 + option);
        CHECK_STATUS(
            trio_socket_set_option(&socket, (enum trio_socket_option)option, 0),
            TRIO_EINVAL);
    }
    CHECK_STATUS(
        trio_socket_set_option(&socket, (enum trio_socket_option)999, 1),
        TRIO_EINVAL);
    CHECK_STRING(trio_error_last()->text,
                 "set an unknown option to 1 at 0.0.0.0:0");
    CHECK_STATUS(trio_socket_get_option(
                     &socket, TRIO_SOCKET_MULTICAST_INTERFACE, &value),
                 TRIO_EINVAL);
    CHECK_STRING(trio_error_last()->text,
                 "read MULTICAST_INTERFACE at 0.0.0.0:0");
    trio_socket_close(&socket);
    struct trio_socket near, far;
    CHECK_OK(trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far));
    CHECK_STATUS(trio_socket_set_option(&near, TRIO_SOCKET_NO_DELAY, 1),
                 TRIO_ENOTSUP);
    CHECK_STRING(trio_error_last()->text, "set NO_DELAY to 1 at unix:");
    trio_socket_close(&near);
    trio_socket_close(&far);
}

// "All zeros is no address."
TEST_REAL(socket, what_is_no_address_is_refused)
{
    static const struct trio_address none = {.port = 80};
    struct trio_tcp_listener listener;
    struct trio_tcp_stream stream;
    struct trio_socket socket;

    CHECK_STATUS(trio_socket_open((enum trio_address_family)0,
                                  TRIO_SOCKET_STREAM, &socket),
                 TRIO_ENOTSUP);
    CHECK_STATUS(trio_socket_open((enum trio_address_family)99,
                                  TRIO_SOCKET_STREAM, &socket),
                 TRIO_ENOTSUP);
    CHECK_STATUS(
        trio_socket_open(TRIO_ADDRESS_IPV4, (enum trio_socket_type)99, &socket),
        TRIO_ENOTSUP);
    CHECK_STRING(trio_error_last()->text,
                 "open a socket of family 4 and type 99");
    CHECK_STATUS(trio_tcp_listen(&none, NULL, &listener), TRIO_ENOTSUP);
    CHECK_STATUS(trio_tcp_connect(&none, &stream), TRIO_ENOTSUP);
}
