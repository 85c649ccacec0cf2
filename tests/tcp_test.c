// What trio/tcp.h promises, and what trio/stream.h does of the streams that
// come from it. The other side is the kernel: this runs in the real world, on
// the loopback, where nothing that was sent is under way for long.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/tcp.h>

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/sockets.h"

static struct trio_address address_of(const char *text)
{
    struct trio_address address;

    REQUIRE(trio_address_parse(text, &address) == TRIO_OK);
    return address;
}

static bool last_error_says(trio_status status, int os_error, const char *text)
{
    const struct trio_error *error = trio_error_find(status);

    return error != NULL && error->os_error == os_error &&
           strcmp(error->text, text) == 0;
}

// ---- Connecting ----

// S46
TEST_REAL(tcp, errors_of_connect_name_the_address)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_address address = listener.address;
    struct trio_tcp_stream tcp;
    char text[100] = "connect ";
    size_t descriptors = count_descriptors();

    trio_tcp_listener_close(&listener);
    CHECK_STATUS(trio_tcp_connect(&address, &tcp), TRIO_ECONNREFUSED);
    trio_address_format(&address, text + 8, sizeof(text) - 8);
    CHECK(last_error_says(TRIO_ECONNREFUSED, ECONNREFUSED, text));
    CHECK_EQ(count_descriptors(), descriptors - 1);
}

TEST_REAL(tcp, connected_both_sides_know_the_other)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_tcp_stream near, far;

    CHECK(listener.address.port != 0);
    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    CHECK_OK(trio_tcp_accept(&listener, &far));
    CHECK_EQ(near.peer.port, listener.address.port);
    CHECK_EQ(far.peer.family, TRIO_ADDRESS_IPV4);
    CHECK(memcmp(far.peer.bytes, "\x7f\0\0\1", 4) == 0);
    CHECK(far.peer.port != 0);
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(trio_stream_close(&far.stream));
    trio_tcp_listener_close(&listener);
}

// A receive stops where urgent data is, though more has come.
TEST_REAL(tcp, what_follows_urgent_data_is_received)
{
    struct pair pair;
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    char data[10] = "";
    size_t length = 0;

    trio_fail_after(&scope, 20 * TRIO_SECOND); // Instead of for ever.
    open_pair(&pair);
    struct transfer first = {
        .stream = &pair.far.stream, .data = data, .size = sizeof(data)};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &first));
    settle(); // It has registered.
    CHECK_EQ(send((int)pair.near.socket.handle, "abc", 3, 0), 3);
    CHECK_EQ(send((int)pair.near.socket.handle, "!", 1, MSG_OOB), 1);
    CHECK_EQ(send((int)pair.near.socket.handle, "def", 3, 0), 3);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(first.length, 3);
    CHECK_OK(trio_stream_receive_some(&pair.far.stream, data, sizeof(data),
                                      &length));
    CHECK_EQ(length, 3);
    CHECK(memcmp(data, "def", 3) == 0);
    close_pair(&pair);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

TEST_REAL(tcp, works_over_ipv6_too)
{
    struct trio_address address = address_of("[::1]:0");
    struct trio_tcp_listener listener;
    struct trio_tcp_stream near, far;

    trio_status rc = trio_tcp_listen(&address, NULL, &listener);
    if (rc == TRIO_EADDRNOTAVAIL || rc == TRIO_ENOTSUP)
        return; // This machine has none.
    CHECK_OK(rc);
    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    CHECK_OK(trio_tcp_accept(&listener, &far));
    CHECK_EQ(far.peer.family, TRIO_ADDRESS_IPV6);
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
    trio_tcp_listener_close(&listener);
}

// Connects until the listener has no room left, so that the next one hangs.
static TRIO_PARKS size_t crowd(const struct trio_address *address,
                               struct trio_tcp_stream *streams, size_t max)
{
    size_t count = 0;
    bool full = false;

    while (!full && count < max) {
        struct trio_cancel_scope scope;

        trio_move_on_after(&scope, 50 * TRIO_MS);
        trio_status rc = trio_tcp_connect(address, &streams[count]);
        CHECK_OK(trio_cancel_scope_close(&scope, rc));
        full = trio_cancel_scope_caught(&scope);
        count += !full;
    }
    CHECK(full);
    return count;
}

// S46
TEST_REAL(tcp, a_cancelled_connect_closes_its_socket)
{
    static const struct trio_tcp_listen_options options = {.backlog = 1};
    struct trio_address address = address_of("127.0.0.1:0");
    struct trio_tcp_listener listener;
    struct trio_tcp_stream streams[8];

    CHECK_OK(trio_tcp_listen(&address, &options, &listener));
    size_t descriptors = count_descriptors();
    size_t count = crowd(&listener.address, streams, COUNT(streams));
    CHECK_EQ(count_descriptors(), descriptors + count);
    while (count > 0)
        trio_stream_close_forcefully(&streams[--count].stream);
    CHECK_EQ(count_descriptors(), descriptors);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    trio_tcp_listener_close(&listener);
}

// S14
TEST_REAL(tcp, cancelled_at_entry_connect_opens_nothing)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_cancel_scope scope;
    struct trio_tcp_stream tcp;
    size_t descriptors = count_descriptors();

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_tcp_connect(&listener.address, &tcp);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_EQ(count_descriptors(), descriptors);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    trio_tcp_listener_close(&listener);
}

// ---- Listening and accepting ----

TEST_REAL(tcp, listen_says_why_it_cannot)
{
    struct trio_tcp_listener listener = open_listener();
    struct trio_tcp_listener second;
    struct trio_address nowhere = address_of("192.0.2.1:0");

    CHECK_STATUS(trio_tcp_listen(&listener.address, NULL, &second),
                 TRIO_EADDRINUSE);
    CHECK_STATUS(trio_tcp_listen(&nowhere, NULL, &second), TRIO_EADDRNOTAVAIL);
    CHECK(last_error_says(TRIO_EADDRNOTAVAIL, EADDRNOTAVAIL,
                          "listen on 192.0.2.1:0"));
    trio_tcp_listener_close(&listener);
}

TEST_REAL(tcp, several_listeners_may_share_a_port)
{
    static const struct trio_tcp_listen_options options = {.reuse_port = true};
    struct trio_address address = address_of("127.0.0.1:0");
    struct trio_tcp_listener first, second;

    CHECK_OK(trio_tcp_listen(&address, &options, &first));
    CHECK_OK(trio_tcp_listen(&first.address, &options, &second));
    trio_tcp_listener_close(&first);
    trio_tcp_listener_close(&second);
}

struct accepting {
    struct trio_tcp_listener *listener;
    struct trio_tcp_stream tcp;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status accept_once(void *arg)
{
    struct accepting *accepting = arg;

    accepting->rc = trio_tcp_accept(accepting->listener, &accepting->tcp);
    return accepting->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

// Connects as foreign code does; returns the descriptor.
static int call(const struct trio_address *address)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(address->port)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(&name.sin_addr, address->bytes, sizeof(name.sin_addr));
    CHECK_EQ(connect(descriptor, (struct sockaddr *)&name, sizeof(name)), 0);
    return descriptor;
}

// S45
TEST_REAL(tcp, closing_a_listener_wakes_who_accepts)
{
    struct trio_tcp_listener listener = open_listener();
    struct accepting accepting = {.listener = &listener};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, accept_once, &accepting));
    settle();
    trio_tcp_listener_close(&listener);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(accepting.rc, TRIO_ECLOSED);
    CHECK_STATUS(trio_tcp_accept(&listener, &accepting.tcp), TRIO_ECLOSED);
    trio_tcp_listener_close(&listener);
    trio_tcp_listener_close(&(struct trio_tcp_listener){.path_id = 0});
}

struct rival {
    struct accepting accepting;
    struct trio_tcp_listener *other;
    struct trio_tcp_listener *fresh;
};

// Who accepts first closes the other's listener and takes its number.
static TRIO_CHECKPOINT trio_status accept_and_close_other(void *arg)
{
    struct rival *rival = arg;
    trio_status rc = accept_once(&rival->accepting);

    if (rc != TRIO_OK || rival->accepting.rc != TRIO_OK)
        return rc;
    trio_handle number = rival->other->socket.handle;
    trio_tcp_listener_close(rival->other);
    *rival->fresh = open_listener();
    CHECK_EQ(rival->fresh->socket.handle, number);
    return TRIO_OK;
}

// S45: both are ready in one batch of events.
TEST_REAL(tcp, a_listener_closed_within_a_batch_is_closed_for_who_accepts)
{
    struct trio_tcp_listener fresh;
    struct trio_tcp_listener listeners[] = {open_listener(), open_listener()};
    struct trio_address addresses[] = {listeners[0].address,
                                       listeners[1].address};
    struct rival rivals[] = {
        {{&listeners[0], {.sent_eof = false}, TRIO_OK}, &listeners[1], &fresh},
        {{&listeners[1], {.sent_eof = false}, TRIO_OK}, &listeners[0], &fresh}};
    struct trio_nursery nursery;
    int callers[2];

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < 2; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, accept_and_close_other,
                                         &rivals[i]));
    settle();
    for (size_t i = 0; i < 2; i++) // Past the loop: in one batch.
        callers[i] = call(&addresses[i]);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(trio_combine(rivals[0].accepting.rc, rivals[1].accepting.rc),
                 TRIO_ECLOSED);
    for (size_t i = 0; i < 2; i++) {
        trio_stream_close_forcefully(&rivals[i].accepting.tcp.stream);
        trio_tcp_listener_close(&listeners[i]);
        close(callers[i]);
    }
    trio_tcp_listener_close(&fresh);
}

// S44
TEST_REAL(tcp, a_second_task_that_accepts_is_busy)
{
    struct trio_tcp_listener listener = open_listener();
    struct accepting accepting = {.listener = &listener};
    struct trio_tcp_stream tcp;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, accept_once, &accepting));
    settle();
    CHECK_STATUS(trio_tcp_accept(&listener, &tcp), TRIO_EBUSY);
    CHECK_OK(trio_tcp_connect(&listener.address, &tcp));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(accepting.rc);
    trio_stream_close_forcefully(&tcp.stream);
    trio_stream_close_forcefully(&accepting.tcp.stream);
    trio_tcp_listener_close(&listener);
}

// On the kernel: local sockets are its own.
TEST_REAL(tcp, a_local_name_is_listened_on_and_connected_to)
{
    struct trio_address address = {.family = TRIO_ADDRESS_LOCAL};
    struct trio_tcp_listener listener;
    struct trio_tcp_stream near;
    struct trio_tcp_stream far;
    char data[4];
    size_t length;

    // Without a name, the system gives it a free abstract one.
    CHECK_OK(trio_tcp_listen(&address, NULL, &listener));
    CHECK_EQ(listener.address.length, 6);
    CHECK_OK(trio_tcp_connect(&listener.address, &near));
    CHECK_OK(trio_tcp_accept(&listener, &far));
    CHECK(trio_address_equal(&near.peer, &listener.address));
    CHECK_EQ(far.peer.family, TRIO_ADDRESS_LOCAL);
    CHECK_EQ(far.peer.length, 0);
    CHECK_OK(trio_stream_send_all(&near.stream, "abc", 3, NULL));
    CHECK_OK(trio_stream_receive_some(&far.stream, data, 4, &length));
    CHECK_EQ(length, 3);
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(trio_stream_close(&far.stream));
    trio_tcp_listener_close(&listener);
}

// ---- All addresses of this machine ----

// S46
TEST_REAL(tcp, all_families_are_listened_on_at_one_port)
{
    struct trio_tcp_listener listeners[TRIO_TCP_LISTEN_ALL_MAX];
    struct trio_address loopback;
    struct trio_tcp_stream tcp;
    size_t count = 0;
    bool has_ipv4 = false;

    CHECK_OK(trio_tcp_listen_all(NULL, 0, NULL, listeners, &count));
    CHECK(count == 1 || count == 2);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(listeners[i].address.port, listeners[0].address.port);
        has_ipv4 |= listeners[i].address.family == TRIO_ADDRESS_IPV4;
    }
    CHECK(has_ipv4);
    REQUIRE(trio_address_parse("127.0.0.1:0", &loopback) == TRIO_OK);
    loopback.port = listeners[0].address.port;
    CHECK_OK(trio_tcp_connect(&loopback, &tcp));
    trio_stream_close_forcefully(&tcp.stream);
    for (size_t i = 0; i < count; i++)
        trio_tcp_listener_close(&listeners[i]);
}

TEST_REAL(tcp, all_families_or_none_are_listened_on)
{
    struct trio_tcp_listener taken, listeners[TRIO_TCP_LISTEN_ALL_MAX];
    size_t count = 77, descriptors;

    CHECK_OK(trio_tcp_listen_all("0.0.0.0", 0, NULL, &taken, &count));
    CHECK_EQ(count, 1);
    descriptors = count_descriptors();
    CHECK_STATUS(
        trio_tcp_listen_all(NULL, taken.address.port, NULL, listeners, &count),
        TRIO_EADDRINUSE);
    CHECK_EQ(count_descriptors(), descriptors);
    trio_tcp_listener_close(&taken);
    CHECK_STATUS(trio_tcp_listen_all("a..b", 0, NULL, listeners, &count),
                 TRIO_EINVAL);
    CHECK_EQ(count, 1);
}

// Two addresses of this machine, and one that is none.
static TRIO_CHECKPOINT trio_status find_two(void *context, const char *host,
                                            enum trio_address_family family,
                                            struct trio_address *ret_addresses,
                                            size_t max, size_t *ret_count)
{
    (void)host, (void)family;
    REQUIRE(max >= 2);
    REQUIRE(trio_address_parse("127.0.0.1:0", &ret_addresses[0]) == TRIO_OK);
    REQUIRE(trio_address_parse(context, &ret_addresses[1]) == TRIO_OK);
    *ret_count = 2;
    return trio_checkpoint();
}

TEST_REAL(tcp, all_addresses_of_a_name_are_listened_on)
{
    static char second[] = "127.0.0.2:0", none[] = "192.0.2.1:0";
    struct trio_resolver resolver = {.context = second, .resolve = find_two};
    struct trio_tcp_listener listeners[TRIO_TCP_LISTEN_ALL_MAX];
    size_t count = 0;

    trio_resolver_set(&resolver);
    CHECK_OK(trio_tcp_listen_all("here.example", 0, NULL, listeners, &count));
    CHECK_EQ(count, 2);
    CHECK_EQ(listeners[0].address.port, listeners[1].address.port);
    CHECK_EQ(listeners[1].address.bytes[3], 2);
    for (size_t i = 0; i < count; i++)
        trio_tcp_listener_close(&listeners[i]);
    resolver.context = none;
    CHECK_OK(trio_tcp_listen_all("half.example", 0, NULL, listeners, &count));
    CHECK_EQ(count, 1); // The other one is not of this machine.
    trio_tcp_listener_close(&listeners[0]);
    trio_resolver_set(NULL);
}

static TRIO_CHECKPOINT trio_status
find_stranger(void *context, const char *host, enum trio_address_family family,
              struct trio_address *ret_addresses, size_t max, size_t *ret_count)
{
    (void)context, (void)host, (void)family, (void)max;
    REQUIRE(trio_address_parse("192.0.2.1:0", ret_addresses) == TRIO_OK);
    *ret_count = 1;
    return trio_checkpoint();
}

TEST_REAL(tcp, a_name_of_another_machine_is_not_listened_on)
{
    static const struct trio_resolver resolver = {.resolve = find_stranger};
    struct trio_tcp_listener listeners[TRIO_TCP_LISTEN_ALL_MAX];
    size_t count = 77, descriptors = count_descriptors();

    trio_resolver_set(&resolver);
    CHECK_STATUS(
        trio_tcp_listen_all("away.example", 0, NULL, listeners, &count),
        TRIO_EADDRNOTAVAIL);
    CHECK_EQ(count, 77);
    CHECK_EQ(count_descriptors(), descriptors);
    trio_resolver_set(NULL);
}

// Files of hosts, and several servers of names, may say the same twice.
TEST_REAL(tcp, an_address_that_a_name_has_twice_is_listened_on_once)
{
    static char again[] = "127.0.0.1:9"; // Its port does not matter.
    struct trio_resolver resolver = {.context = again, .resolve = find_two};
    struct trio_tcp_listener listeners[TRIO_TCP_LISTEN_ALL_MAX];
    size_t count = 0;

    trio_resolver_set(&resolver);
    CHECK_OK(trio_tcp_listen_all("twice.example", 0, NULL, listeners, &count));
    CHECK_EQ(count, 1);
    trio_tcp_listener_close(&listeners[0]);
    trio_resolver_set(NULL);
}

// S14
TEST_REAL(tcp, cancelled_nothing_is_listened_on)
{
    struct trio_tcp_listener listeners[TRIO_TCP_LISTEN_ALL_MAX];
    struct trio_cancel_scope scope;
    size_t count = 77, descriptors = count_descriptors();

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_STATUS(trio_tcp_listen_all("127.0.0.1", 0, NULL, listeners, &count),
                 TRIO_ECANCELED);
    trio_status rc = trio_tcp_listen_all(NULL, 0, NULL, listeners, &count);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(count, 77);
    CHECK_EQ(count_descriptors(), descriptors);
}

TEST_REAL(tcp, accepted_connections_have_the_options_that_were_asked_for)
{
    const struct trio_tcp_listen_options options = {
        .keep_alive = true, .send_buffer = 20000, .receive_buffer = 10000};
    struct trio_address address;
    struct trio_tcp_listener listener;
    struct pair pair;
    int value = 0;

    REQUIRE(trio_address_parse("127.0.0.1:0", &address) == TRIO_OK);
    CHECK_OK(trio_tcp_listen(&address, &options, &listener));
    CHECK_OK(trio_tcp_connect(&listener.address, &pair.near));
    CHECK_OK(trio_tcp_accept(&listener, &pair.far));
    struct trio_socket *socket = &pair.far.socket;
    CHECK_OK(trio_socket_get_option(socket, TRIO_SOCKET_KEEP_ALIVE, &value));
    CHECK_EQ(value, 1);
    CHECK_OK(trio_socket_get_option(socket, TRIO_SOCKET_SEND_BUFFER, &value));
    CHECK_EQ(value, 2 * 20000);
    CHECK_OK(
        trio_socket_get_option(socket, TRIO_SOCKET_RECEIVE_BUFFER, &value));
    CHECK_EQ(value, 2 * 10000);
    close_pair(&pair);
    trio_tcp_listener_close(&listener);
}
