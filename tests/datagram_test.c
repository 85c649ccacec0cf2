// What trio/socket.h promises of datagrams, over the loopback and between local
// sockets of the kernel.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <net/if.h>

#include <trio/socket.h>

#include "tests/check.h"
#include "tests/socket_kit.h"
#include "tests/sockets.h"

static struct trio_socket open_udp(void)
{
    return open_bound("127.0.0.1:0", TRIO_SOCKET_DATAGRAM);
}

// Receives a datagram that has to be this text.
static TRIO_PARKS void expect(struct trio_socket *socket, const char *text)
{
    char data[100] = "";
    size_t length = 0;

    CHECK_OK(trio_socket_receive(socket, data, sizeof(data) - 1, &length));
    CHECK_EQ(length, strlen(text));
    CHECK_STRING(data, text);
}

static TRIO_PARKS void say(struct trio_socket *socket, const char *text,
                           const struct trio_address *address)
{
    CHECK_OK(trio_socket_send_to(socket, text, strlen(text), address));
}

// ---- Sending and receiving ----

TEST_REAL(datagram, each_is_received_as_it_was_sent)
{
    struct trio_socket near = open_udp(), far = open_udp();
    struct trio_address address = address_of(&far);

    say(&near, "one", &address);
    say(&near, "", &address);
    say(&near, "three", &address);
    expect(&far, "one");
    expect(&far, ""); // No end, as it would be of a stream.
    expect(&far, "three");
    trio_socket_close(&near);
    trio_socket_close(&far);
}

TEST_REAL(datagram, the_sender_is_known)
{
    struct trio_socket near = open_udp(), far = open_udp();
    struct trio_address own = address_of(&near), address = address_of(&far);
    struct trio_address sender;
    char data[10];
    size_t length;

    say(&near, "ping", &address);
    CHECK_OK(
        trio_socket_receive_from(&far, data, sizeof(data), &length, &sender));
    CHECK_EQ(length, 4);
    CHECK(trio_address_equal(&sender, &own));
    say(&far, "pong", &sender);
    expect(&near, "pong");
    trio_socket_close(&near);
    trio_socket_close(&far);
}

TEST_REAL(datagram, one_that_does_not_fit_is_cut_and_says_so)
{
    struct trio_socket near = open_udp(), far = open_udp();
    struct trio_address own = address_of(&near), address = address_of(&far);
    struct trio_address sender = {.port = 0};
    char data[4] = "....";
    size_t length = 77;

    for (int i = 0; i < 3; i++)
        say(&near, "too long", &address);
    say(&near, "fits", &address);
    CHECK_STATUS(trio_socket_receive(&far, data, 3, &length), TRIO_ETRUNCATED);
    CHECK(memcmp(data, "too.", 4) == 0);
    CHECK_EQ(length, 3);
    CHECK_STATUS(trio_socket_receive(&far, data, 0, &length), TRIO_ETRUNCATED);
    CHECK_EQ(length, 0);
    CHECK_STATUS(trio_socket_receive_from(&far, data, 4, &length, &sender),
                 TRIO_ETRUNCATED);
    CHECK_EQ(length, 4);
    CHECK(trio_address_equal(&sender, &own));
    CHECK_OK(trio_socket_receive(&far, data, 4, &length)); // Not the rest.
    CHECK(memcmp(data, "fits", 4) == 0);
    trio_socket_close(&near);
    trio_socket_close(&far);
}

TEST_REAL(datagram, one_that_is_too_large_is_refused)
{
    static char data[70000];
    struct trio_socket near = open_udp();
    struct trio_address address = address_of(&near);

    CHECK_STATUS(trio_socket_send_to(&near, data, sizeof(data), &address),
                 TRIO_EMSGSIZE);
    CHECK_STATUS(trio_socket_send(&near, data, 1, NULL), TRIO_EBROKEN);
    address.family = TRIO_ADDRESS_IPV6;
    CHECK_STATUS(trio_socket_send_to(&near, data, 1, &address), TRIO_EINVAL);
    trio_socket_close(&near);
}

// One event tells of all of them: each receive has to look for the next.
TEST_REAL(datagram, all_that_wait_are_received)
{
    struct trio_socket near = open_udp(), far = open_udp();
    struct trio_address address = address_of(&far);
    char data[10];
    struct socket_transfer transfer = {
        .socket = &far, .data = data, .size = 10};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_receive_once, &transfer));
    settle(); // It has registered.
    for (int i = 0; i < 20; i++)
        say(&near, "x", &address);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (int i = 1; i < 20; i++)
        expect(&far, "x");
    trio_socket_close(&near);
    trio_socket_close(&far);
}

TEST_REAL(datagram, connected_it_hears_nobody_else)
{
    struct trio_socket near = open_udp(), far = open_udp(), other = open_udp();
    struct trio_address own = address_of(&near), address = address_of(&far);
    struct trio_address peer;

    CHECK_OK(trio_socket_connect(&near, &address));
    CHECK_OK(trio_socket_peer_address(&near, &peer));
    CHECK(trio_address_equal(&peer, &address));
    CHECK_OK(trio_socket_send(&near, "x", 1, NULL));
    expect(&far, "x");
    say(&other, "stranger", &own);
    say(&far, "friend", &own);
    expect(&near, "friend");
    trio_socket_close(&near);
    trio_socket_close(&far);
    trio_socket_close(&other);
}

// ---- What comes back later ----

// Connects a socket to a port at which nobody is.
static TRIO_PARKS struct trio_socket connect_to_nobody(void)
{
    struct trio_socket near = open_udp(), far = open_udp();
    struct trio_address address = address_of(&far);

    CHECK_OK(trio_socket_connect(&near, &address));
    trio_socket_close(&far);
    return near;
}

TEST_REAL(datagram, that_nobody_listens_is_told_to_the_next_call)
{
    struct trio_socket near = connect_to_nobody();
    char data[10];
    size_t length;

    CHECK_OK(trio_socket_send(&near, "x", 1, NULL));
    CHECK_STATUS(trio_socket_receive(&near, data, 10, &length),
                 TRIO_ECONNREFUSED);
    CHECK(strncmp(trio_error_last()->text, "receive from 127.0.0.1:", 23) == 0);
    CHECK_OK(trio_socket_send(&near, "x", 1, NULL));
    CHECK_STATUS(trio_socket_send(&near, "x", 1, NULL), TRIO_ECONNREFUSED);
    CHECK_OK(trio_socket_send(&near, "x", 1, NULL)); // Told, and forgotten.
    settle();
    CHECK_OK(trio_socket_wait_readable(&near)); // Which does not take it.
    CHECK_OK(trio_socket_wait_writable(&near));
    CHECK_STATUS(trio_socket_receive(&near, data, 10, &length),
                 TRIO_ECONNREFUSED);
    trio_socket_close(&near);
}

TEST_REAL(datagram, who_waits_to_receive_is_told_that_nobody_listens)
{
    struct trio_socket near = connect_to_nobody();
    char data[10];
    struct socket_transfer transfer = {
        .socket = &near, .data = data, .size = 10};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_receive_once, &transfer));
    settle();
    CHECK_OK(trio_socket_send(&near, "x", 1, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(transfer.rc, TRIO_ECONNREFUSED);
    trio_socket_close(&near);
}

// ---- Local ones ----

TEST_REAL(datagram, a_full_pair_is_waited_for)
{
    struct trio_socket near, far;
    char data[10];
    struct trio_nursery nursery;
    size_t length;

    CHECK_OK(trio_socket_pair(TRIO_SOCKET_DATAGRAM, &near, &far));
    size_t count = socket_fill(&near, 10);
    CHECK(count > 0);
    struct socket_transfer transfer = {
        .socket = &near, .data = data, .size = 10};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, socket_send_once, &transfer));
    settle();
    CHECK(!transfer.done);
    for (size_t i = 0; i <= count; i++)
        CHECK_OK(trio_socket_receive(&far, data, sizeof(data), &length));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(transfer.rc);
    trio_socket_close(&near);
    trio_socket_close(&far);
}

// The kernel would not tell when there is room: waiting would never end.
TEST_REAL(datagram, a_full_receiver_that_is_sent_to_by_name_is_a_status)
{
    struct trio_socket near = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_socket far = open_bound("unix:", TRIO_SOCKET_DATAGRAM);
    struct trio_address own = address_of(&near), address = address_of(&far);
    struct trio_address sender;
    char data[10];
    size_t length;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 100000 && rc == TRIO_OK; i++)
        rc = trio_socket_send_to(&near, "x", 1, &address);
    CHECK_STATUS(rc, TRIO_ENOBUFS);
    CHECK_OK(trio_socket_receive_from(&far, data, 10, &length, &sender));
    CHECK(trio_address_equal(&sender, &own));
    CHECK_OK(trio_socket_send_to(&near, "x", 1, &address));
    trio_socket_close(&far);
    CHECK_STATUS(trio_socket_send_to(&near, "x", 1, &address),
                 TRIO_ECONNREFUSED);
    trio_socket_close(&near);
}

// ---- Options of datagrams ----

TEST_REAL(datagram, broadcasts_have_to_be_allowed)
{
    struct trio_socket near = open_udp();
    struct trio_address everybody;

    REQUIRE(trio_address_parse("127.255.255.255:9", &everybody) == TRIO_OK);
    CHECK_STATUS(trio_socket_send_to(&near, "x", 1, &everybody), TRIO_EACCES);
    CHECK_OK(trio_socket_set_option(&near, TRIO_SOCKET_BROADCAST, 1));
    say(&near, "x", &everybody);
    trio_socket_close(&near);
}

static TRIO_PARKS void meet_in_group(const char *any, const char *group_text)
{
    struct trio_socket near = open_bound(any, TRIO_SOCKET_DATAGRAM);
    struct trio_socket far = open_bound(any, TRIO_SOCKET_DATAGRAM);
    uint32_t loopback = if_nametoindex("lo");
    struct trio_address group;
    int value = 0;

    REQUIRE(trio_address_parse(group_text, &group) == TRIO_OK);
    CHECK_STATUS(trio_socket_leave_group(&far, &group, loopback),
                 TRIO_EADDRNOTAVAIL);
    CHECK_OK(trio_socket_join_group(&far, &group, loopback));
    CHECK_STATUS(trio_socket_join_group(&far, &group, loopback),
                 TRIO_EADDRINUSE);
    CHECK_OK(trio_socket_set_option(&near, TRIO_SOCKET_MULTICAST_INTERFACE,
                                    (int)loopback));
    CHECK_OK(trio_socket_set_option(&near, TRIO_SOCKET_MULTICAST_LOOP, 1));
    CHECK_OK(trio_socket_set_option(&near, TRIO_SOCKET_MULTICAST_TTL, 3));
    CHECK_OK(trio_socket_get_option(&near, TRIO_SOCKET_MULTICAST_TTL, &value));
    CHECK_EQ(value, 3);
    CHECK_OK(trio_socket_set_option(&near, TRIO_SOCKET_TTL, 9));
    CHECK_OK(trio_socket_get_option(&near, TRIO_SOCKET_TTL, &value));
    CHECK_EQ(value, 9);
    group.port = address_of(&far).port;
    say(&near, "all", &group);
    expect(&far, "all");
    CHECK_OK(trio_socket_leave_group(&far, &group, loopback));
    trio_socket_close(&near);
    trio_socket_close(&far);
}

TEST_REAL(datagram, groups_are_joined_and_left)
{
    meet_in_group("0.0.0.0:0", "239.1.2.3:0");
}

TEST_REAL(datagram, only_groups_are_joined)
{
    struct trio_socket udp = open_udp(), near, far;
    struct trio_address address = address_of(&udp);

    CHECK_STATUS(trio_socket_join_group(&udp, &address, 0), TRIO_EINVAL);
    address.family = TRIO_ADDRESS_IPV6;
    CHECK_STATUS(trio_socket_join_group(&udp, &address, 0), TRIO_EINVAL);
    trio_socket_close(&udp);
    CHECK_OK(trio_socket_pair(TRIO_SOCKET_DATAGRAM, &near, &far));
    CHECK_STATUS(trio_socket_join_group(&near, &address, 0), TRIO_ENOTSUP);
    trio_socket_close(&near);
    trio_socket_close(&far);
}

static TRIO_PARKS void shut_one_down(void)
{
    struct trio_socket near, far;
    struct trio_address address;

    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &near));
    CHECK_OK(trio_socket_open(TRIO_ADDRESS_IPV4, TRIO_SOCKET_DATAGRAM, &far));
    CHECK_OK(trio_address_parse("127.0.0.1:0", &address));
    CHECK_OK(trio_socket_bind(&far, &address));
    CHECK_OK(trio_socket_local_address(&far, &address));
    CHECK_STATUS(trio_socket_shutdown_send(&near), TRIO_EBROKEN);
    CHECK_OK(trio_socket_connect(&near, &address));
    CHECK_OK(trio_socket_shutdown_send(&near));
    trio_socket_close(&near);
    trio_socket_close(&far);
}

TEST_REAL(datagram, without_a_peer_nothing_is_shut_down)
{
    shut_one_down();
}

TEST_ONCE(datagram, without_a_peer_nothing_is_shut_down_in_simulation)
{
    shut_one_down();
}
