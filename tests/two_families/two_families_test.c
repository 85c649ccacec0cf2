// What trio/tcp_open.h promises of a host with addresses of two families, on
// the kernel, with addresses that do not answer. How long it takes is only
// looked at from below: that it is not longer follows from what was done.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/event.h>
#include <trio/resolve.h>
#include <trio/tcp_open.h>

#include "tests/check.h"
#include "tests/sockets.h"
#include "tests/two_families/network.h"

// ---- The host, and the attempts at it ----

struct attempt {
    struct trio_address address;
    trio_time begun;
    size_t unanswered; // Connections at that time.
    trio_status rc;    // TRIO_EWOULDBLOCK: it is under way.
};

// What happens in the step in which an attempt is connected.
enum instant { NOTHING, CANCEL_BEFORE, CANCEL_AFTER, CANCEL_AFTER_BOTH };

static struct {
    struct trio_address addresses[4];
    size_t count;
    struct attempt attempts[4];
    size_t begun;
    size_t connected;
    bool tied; // Nobody is done before two are connected.
    struct trio_event both_connected;
    enum instant instant;
    struct trio_cancel_scope scope; // Round all, cancelled in that instant.
} host;

static TRIO_CHECKPOINT trio_status find_host(void *context, const char *name,
                                             enum trio_address_family family,
                                             struct trio_address *ret_addresses,
                                             size_t max, size_t *ret_count)
{
    (void)context, (void)name, (void)family;
    REQUIRE(host.count <= max);
    memcpy(ret_addresses, host.addresses, sizeof(host.addresses));
    *ret_count = host.count;
    return trio_checkpoint();
}

static const struct trio_resolver resolver = {.resolve = find_host};

static void cancel_at(enum instant instant)
{
    if (host.instant == instant)
        trio_cancel_scope_cancel(&host.scope, NULL);
}

// Waits for the other one, if that is wanted.
static TRIO_CHECKPOINT trio_status tie(struct trio_tcp_stream *stream)
{
    if (++host.connected == 2)
        trio_event_set(&host.both_connected);
    if (!host.tied)
        return TRIO_OK;
    trio_status rc = trio_event_wait(&host.both_connected);
    if (rc != TRIO_OK)
        trio_stream_close_forcefully(&stream->stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status
connect_to(void *context, const struct trio_address *address,
           struct trio_tcp_stream *ret_stream)
{
    struct attempt *attempt = &host.attempts[host.begun++];

    (void)context;
    *attempt = (struct attempt){.address = *address,
                                .begun = trio_now(),
                                .unanswered = network_count_unanswered(),
                                .rc = TRIO_EWOULDBLOCK};
    if (host.begun == host.count)
        cancel_at(CANCEL_BEFORE);
    trio_status rc = trio_tcp_connect(address, ret_stream);
    if (rc == TRIO_OK) {
        cancel_at(CANCEL_AFTER);
        rc = tie(ret_stream);
    }
    if (rc == TRIO_OK)
        cancel_at(CANCEL_AFTER_BOTH);
    attempt->rc = rc;
    return rc;
}

static void begin_host(const char *const *addresses, size_t count)
{
    memset(&host, 0, sizeof(host));
    for (size_t i = 0; i < count; i++)
        REQUIRE(trio_address_parse(addresses[i], &host.addresses[i]) ==
                TRIO_OK);
    host.count = count;
    trio_resolver_set(&resolver);
}

// Opens a connection to the host; `delay` 0 is the default.
static TRIO_CHECKPOINT trio_status open_host(uint16_t port, trio_duration delay,
                                             struct trio_tcp_stream *ret_stream)
{
    const struct trio_tcp_open_options options = {.connect = connect_to,
                                                  .attempt_delay = delay};
    struct trio_cancel_scope limit;

    trio_fail_after(&limit, 20 * TRIO_SECOND); // Instead of for minutes.
    trio_status rc = trio_tcp_open("host.example", port, &options, ret_stream);
    return trio_cancel_scope_close(&limit, rc);
}

static struct trio_tcp_listener listen_at(const char *text, uint16_t port)
{
    struct trio_tcp_listener listener;
    struct trio_address address;

    REQUIRE(trio_address_parse(text, &address) == TRIO_OK);
    address.port = port;
    REQUIRE(trio_tcp_listen(&address, NULL, &listener) == TRIO_OK);
    return listener;
}

// ---- One family does not answer ----

static TRIO_PARKS void connect_past_a_hole(const char *hole, const char *here)
{
    const char *const addresses[] = {hole, here};
    struct trio_tcp_listener listener = listen_at(here, 0);
    size_t descriptors = count_descriptors();
    struct trio_tcp_stream tcp;

    begin_host(addresses, COUNT(addresses));
    CHECK_OK(open_host(listener.address.port, 0, &tcp));
    CHECK(trio_address_equal(&tcp.peer, &listener.address));
    CHECK_EQ(host.begun, 2);
    // The second began at the end of the delay, for the first was under way.
    CHECK(host.attempts[1].begun - host.attempts[0].begun >= 250 * TRIO_MS);
    CHECK_EQ(host.attempts[1].unanswered, 1);
    CHECK_STATUS(host.attempts[0].rc, TRIO_ECANCELED);
    CHECK_OK(host.attempts[1].rc);
    CHECK_EQ(network_count_unanswered(), 0); // The kernel does not go on.
    CHECK_EQ(count_descriptors(), descriptors + 1);
    trio_stream_close_forcefully(&tcp.stream);
    trio_tcp_listener_close(&listener);
}

// S91
TEST_REAL(two_families, one_that_does_not_answer_is_joined_by_the_other)
{
    connect_past_a_hole(IPV6_HOLE, IPV4_HERE);
    connect_past_a_hole(IPV4_HOLE, IPV6_HERE);
}

// S91
TEST_REAL(two_families, all_who_lose_are_closed)
{
    static const char *const addresses[] = {IPV6_HOLE, IPV4_HOLE,
                                            IPV6_OTHER_HOLE, IPV4_HERE};
    struct trio_tcp_listener listener = listen_at(IPV4_HERE, 0);
    size_t descriptors = count_descriptors();
    struct trio_tcp_stream tcp;

    begin_host(addresses, COUNT(addresses));
    CHECK_OK(open_host(listener.address.port, TRIO_MS, &tcp));
    CHECK_EQ(host.begun, 4);
    CHECK_EQ(host.attempts[3].unanswered, 3);
    for (size_t i = 0; i < 3; i++)
        CHECK_STATUS(host.attempts[i].rc, TRIO_ECANCELED);
    CHECK_EQ(network_count_unanswered(), 0);
    CHECK_EQ(count_descriptors(), descriptors + 1);
    trio_stream_close_forcefully(&tcp.stream);
    trio_tcp_listener_close(&listener);
}

// S91
TEST_REAL(two_families, if_none_answers_a_deadline_leaves_nothing)
{
    static const char *const addresses[] = {IPV6_HOLE, IPV4_HOLE};
    size_t descriptors = count_descriptors();
    struct trio_cancel_scope scope;
    struct trio_tcp_stream tcp;

    begin_host(addresses, COUNT(addresses));
    trio_fail_after(&scope, 50 * TRIO_MS);
    trio_status rc = open_host(80, TRIO_MS, &tcp);
    CHECK_STATUS(trio_cancel_scope_close(&scope, rc), TRIO_ETIMEDOUT);
    CHECK_EQ(network_count_unanswered(), 0);
    CHECK_EQ(count_descriptors(), descriptors);
}

// ---- One family refuses ----

static TRIO_PARKS void connect_past_a_refusal(const char *first,
                                              const char *second)
{
    const char *const addresses[] = {first, second};
    struct trio_tcp_listener listener = listen_at(second, 0);
    size_t descriptors = count_descriptors();
    struct trio_tcp_stream tcp;

    begin_host(addresses, COUNT(addresses));
    // At once, or it would be too late.
    CHECK_OK(open_host(listener.address.port, TRIO_HOUR, &tcp));
    CHECK(trio_address_equal(&tcp.peer, &listener.address));
    CHECK_EQ(host.begun, 2);
    CHECK_STATUS(host.attempts[0].rc, TRIO_ECONNREFUSED);
    CHECK_OK(host.attempts[1].rc);
    CHECK_EQ(count_descriptors(), descriptors + 1);
    trio_stream_close_forcefully(&tcp.stream);
    trio_tcp_listener_close(&listener);
}

// S91
TEST_REAL(two_families, one_that_refuses_is_followed_by_the_other_at_once)
{
    connect_past_a_refusal(IPV6_HERE, IPV4_HERE);
    connect_past_a_refusal(IPV4_HERE, IPV6_HERE);
}

// ---- Both answer ----

// A listener for each family, and the host at both.
static void listen_to_both(struct trio_tcp_listener listeners[2])
{
    static const char *const addresses[] = {IPV6_HERE, IPV4_HERE};

    listeners[0] = listen_at(addresses[0], 0);
    listeners[1] = listen_at(addresses[1], listeners[0].address.port);
    begin_host(addresses, COUNT(addresses));
    host.tied = true;
}

// Accepts at both; returns how many of those that did are closed again.
static TRIO_PARKS size_t count_closed(struct trio_tcp_listener listeners[2])
{
    size_t closed = 0;
    char byte;

    settle();
    for (size_t i = 0; i < 2; i++) {
        struct trio_tcp_stream far;
        struct transfer transfer = {
            .stream = &far.stream, .data = &byte, .size = 1};
        struct trio_nursery nursery;

        CHECK_OK(trio_tcp_accept(&listeners[i], &far));
        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &transfer));
        settle();
        closed += transfer.done;
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        trio_stream_close_forcefully(&far.stream);
    }
    return closed;
}

static void close_both(struct trio_tcp_listener listeners[2])
{
    trio_tcp_listener_close(&listeners[0]);
    trio_tcp_listener_close(&listeners[1]);
}

// S91
TEST_REAL(two_families, of_two_that_are_connected_one_is_closed)
{
    struct trio_tcp_listener listeners[2];
    struct trio_tcp_stream tcp;

    listen_to_both(listeners);
    size_t descriptors = count_descriptors();
    CHECK_OK(open_host(listeners[0].address.port, TRIO_MS, &tcp));
    CHECK_EQ(host.connected, 2);
    CHECK_EQ(count_descriptors(), descriptors + 1);
    CHECK_EQ(count_closed(listeners), 1);
    trio_stream_close_forcefully(&tcp.stream);
    close_both(listeners);
}

static TRIO_PARKS void cancel_in(enum instant instant)
{
    struct trio_tcp_listener listeners[2];
    struct trio_tcp_stream tcp;

    listen_to_both(listeners);
    size_t descriptors = count_descriptors();
    host.instant = instant;
    trio_cancel_scope_open(&host.scope);
    trio_status rc = open_host(listeners[0].address.port, TRIO_MS, &tcp);
    CHECK(trio_cancel_scope_called(&host.scope));
    if (rc == TRIO_OK) // It had won before.
        trio_stream_close_forcefully(&tcp.stream);
    CHECK_OK(trio_cancel_scope_close(&host.scope, rc));
    CHECK_EQ(count_descriptors(), descriptors);
    CHECK_EQ(network_count_unanswered(), 0);
    close_both(listeners);
}

// S91
TEST_REAL(two_families, cancelled_in_the_instant_of_winning_nothing_is_left)
{
    cancel_in(CANCEL_BEFORE);
    cancel_in(CANCEL_AFTER);
    cancel_in(CANCEL_AFTER_BOTH);
}

int main(int count, char **arguments)
{
    network_enter(count, arguments);
    return check_main(count, arguments);
}
