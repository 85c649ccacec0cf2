// Clauses about streams: connecting, transferring, ending, breaking.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/world_contract/contract.h"
#include "tests/world_contract/kit.h"

static TRIO_PARKS void connects(const struct world_traits *traits)
{
    trio_handle listener = open_at(traits->address, TRIO_SOCKET_STREAM);
    struct trio_address address = own_address(listener), peer, other;
    trio_handle near = TRIO_HANDLE_NONE, far = TRIO_HANDLE_NONE;

    CHECK(address.port != 0);
    CHECK_OK(net()->listen(context(), listener, 5));
    CHECK_STATUS(net()->accept(context(), listener, &far, &peer),
                 TRIO_EWOULDBLOCK);
    CHECK_OK(net()->open(context(), address.family, TRIO_SOCKET_STREAM, &near));
    CHECK_OK(connect_to(near, &address));
    CHECK_OK(accept_one(listener, &far, &peer));
    other = own_address(near);
    CHECK(trio_address_equal(&peer, &other));
    CHECK_OK(net()->peer_address(context(), near, &other));
    CHECK(trio_address_equal(&address, &other));
    CHECK_STATUS(net()->accept(context(), listener, &far, &peer),
                 TRIO_EWOULDBLOCK);
    net()->close(context(), near, false);
    net()->close(context(), far, false);
    net()->close(context(), listener, false);
}

static TRIO_PARKS void refuses(const struct world_traits *traits)
{
    trio_handle deaf = open_at(traits->address, TRIO_SOCKET_STREAM);
    struct trio_address address = own_address(deaf), peer;
    trio_handle near = TRIO_HANDLE_NONE, second = TRIO_HANDLE_NONE;

    CHECK_OK(net()->open(context(), address.family, TRIO_SOCKET_STREAM, &near));
    CHECK_STATUS(net()->peer_address(context(), near, &peer), TRIO_EBROKEN);
    CHECK_STATUS(connect_to(near, &address), TRIO_ECONNREFUSED);
    CHECK_OK(
        net()->open(context(), address.family, TRIO_SOCKET_STREAM, &second));
    CHECK_STATUS(net()->bind(context(), second, &address), TRIO_EADDRINUSE);
    net()->close(context(), deaf, false);
    net()->close(context(), near, false);
    net()->close(context(), second, false);
}

static TRIO_PARKS void transfers(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    char byte;
    size_t length = 77;

    CHECK_STATUS(net()->receive(context(), ends.far, &byte, 1, &length),
                 TRIO_EWOULDBLOCK);
    CHECK_EQ(length, 77);
    say(ends.near, "hello");
    expect(ends.far, "hello");
    say(ends.far, "back");
    expect(ends.near, "back");
    close_ends(&ends);
}

static TRIO_PARKS void ends_by_halves(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    char byte;
    size_t length;

    say(ends.near, "last");
    CHECK_OK(net()->shutdown_send(context(), ends.near));
    expect(ends.far, "last");
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(receive_some(ends.far, &byte, 1, &length), TRIO_EEND);
    CHECK_STATUS(send_some(ends.near, "x", 1, &length), TRIO_EBROKEN);
    say(ends.far, "still");
    expect(ends.near, "still");
    net()->close(context(), ends.far, false);
    CHECK_STATUS(receive_some(ends.near, &byte, 1, &length), TRIO_EEND);
    net()->close(context(), ends.near, false);
}

static TRIO_PARKS void breaks(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    char byte;
    size_t length;
    trio_status rc = TRIO_OK;

    net()->close(context(), ends.far, true);
    for (int i = 0; i < 2; i++) // Not only once.
        CHECK_STATUS(receive_some(ends.near, &byte, 1, &length), TRIO_EBROKEN);
    CHECK_STATUS(send_some(ends.near, "x", 1, &length), TRIO_EBROKEN);
    net()->close(context(), ends.near, false);

    ends = connect_ends(traits);
    net()->close(context(), ends.far, false);
    for (int i = 0; i < 1000 && rc == TRIO_OK; i++) {
        rc = send_some(ends.near, "x", 1, &length);
        if (rc == TRIO_OK) // The answer to it may take its time.
            rc = trio_sleep(TRIO_MS);
    }
    CHECK_STATUS(rc, TRIO_EBROKEN);
    net()->close(context(), ends.near, false);
}

static TRIO_PARKS void clogs(const struct world_traits *traits)
{
    static char data[64 * 1024];
    struct ends ends = connect_ends(traits);
    size_t length, sent = 0, received = 0;

    while (net()->send(context(), ends.near, data, sizeof(data), &length) ==
           TRIO_OK) {
        CHECK(length > 0 && length <= sizeof(data));
        sent += length;
    }
    CHECK_STATUS(net()->send(context(), ends.near, data, sizeof(data), &length),
                 TRIO_EWOULDBLOCK);
    CHECK(sent > 0);
    while (received < sent) {
        if (!CHECK_OK(receive_some(ends.far, data, sizeof(data), &length)))
            break;
        received += length;
    }
    CHECK_EQ(received, sent);
    say(ends.near, "room"); // There is, and that was told.
    expect(ends.far, "room");
    close_ends(&ends);
}

static TRIO_PARKS void inherits(const struct world_traits *traits)
{
    trio_handle listener = open_at(traits->address, TRIO_SOCKET_STREAM);
    struct trio_address address = own_address(listener), peer;
    trio_handle near = TRIO_HANDLE_NONE, far = TRIO_HANDLE_NONE;
    int value = 0;

    CHECK_OK(net()->set_option(context(), listener, TRIO_SOCKET_KEEP_ALIVE, 1));
    CHECK_OK(net()->listen(context(), listener, 5));
    CHECK_OK(net()->open(context(), address.family, TRIO_SOCKET_STREAM, &near));
    CHECK_OK(connect_to(near, &address));
    CHECK_OK(accept_one(listener, &far, &peer));
    CHECK_OK(net()->get_option(context(), far, TRIO_SOCKET_KEEP_ALIVE, &value));
    CHECK(value != 0);
    CHECK_STATUS(
        net()->set_option(context(), far, (enum trio_socket_option)9999, 1),
        TRIO_EINVAL);
    net()->close(context(), near, false);
    net()->close(context(), far, false);
    net()->close(context(), listener, false);
}

// A number that the header gives bounds for has both of them.
static TRIO_PARKS void bounds(const struct world_traits *traits)
{
    static const int good[] = {1, 255}, bad[] = {0, 256};
    trio_handle handle = open_at(traits->address, TRIO_SOCKET_STREAM);
    int value = 0;

    if (own_address(handle).family == TRIO_ADDRESS_IPV4) {
        for (size_t i = 0; i < COUNT(good); i++) {
            CHECK_OK(
                net()->set_option(context(), handle, TRIO_SOCKET_TTL, good[i]));
            CHECK_STATUS(
                net()->set_option(context(), handle, TRIO_SOCKET_TTL, bad[i]),
                TRIO_EINVAL);
            CHECK_OK(
                net()->get_option(context(), handle, TRIO_SOCKET_TTL, &value));
            CHECK_EQ(value, good[i]);
        }
    }
    net()->close(context(), handle, false);
}

const struct world_clause world_stream_clauses[] = {
    {"connections are accepted", connects},
    {"nobody listens there", refuses},
    {"what is sent is received", transfers},
    {"halves end by themselves", ends_by_halves},
    {"a peer that is gone is broken", breaks},
    {"a clogged stream is told when there is room", clogs},
    {"what is accepted has the listener's options", inherits},
    {"a number outside its bounds changes no option", bounds},
    {NULL, NULL}};
