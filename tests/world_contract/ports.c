// Clauses about addresses and ports: who may have which, and what is refused.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/world_contract/contract.h"
#include "tests/world_contract/kit.h"

static trio_handle open_like(const struct trio_address *address)
{
    trio_handle handle = TRIO_HANDLE_NONE;

    CHECK_OK(
        net()->open(context(), address->family, TRIO_SOCKET_STREAM, &handle));
    return handle;
}

static void reuse(trio_handle handle)
{
    CHECK_OK(
        net()->set_option(context(), handle, TRIO_SOCKET_REUSE_ADDRESS, 1));
}

static TRIO_PARKS void gives_out_ports(const struct world_traits *traits)
{
    trio_handle one = open_at(traits->address, TRIO_SOCKET_STREAM);
    trio_handle other = open_at(traits->address, TRIO_SOCKET_STREAM);
    trio_handle datagrams = open_at(traits->address, TRIO_SOCKET_DATAGRAM);
    struct trio_address address = own_address(one);
    trio_handle same = TRIO_HANDLE_NONE;

    CHECK(address.port != 0);
    CHECK(own_address(other).port != 0);
    CHECK(own_address(datagrams).port != 0);
    CHECK(own_address(other).port != address.port);
    CHECK_STATUS(net()->bind(context(), one, &address), TRIO_EINVAL);
    // Both kinds of sockets have ports of their own.
    CHECK_OK(
        net()->open(context(), address.family, TRIO_SOCKET_DATAGRAM, &same));
    CHECK_OK(net()->bind(context(), same, &address));
    net()->close(context(), one, false);
    net()->close(context(), other, false);
    net()->close(context(), datagrams, false);
    net()->close(context(), same, false);
}

static TRIO_PARKS void keeps_ports_apart(const struct world_traits *traits)
{
    if (traits->shares_ports)
        return;
    trio_handle one = open_at(traits->address, TRIO_SOCKET_STREAM);
    struct trio_address address = own_address(one), any = address;
    trio_handle other = open_like(&address);

    memset(any.bytes, 0, sizeof(any.bytes));
    CHECK_STATUS(net()->bind(context(), other, &address), TRIO_EADDRINUSE);
    CHECK_STATUS(net()->bind(context(), other, &any), TRIO_EADDRINUSE);
    reuse(other);
    CHECK_STATUS(net()->bind(context(), other, &any), TRIO_EADDRINUSE);
    reuse(one);
    CHECK_OK(net()->bind(context(), other, &any)); // Both want to share.
    CHECK_OK(net()->listen(context(), one, 1));
    CHECK_STATUS(net()->listen(context(), other, 1), TRIO_EADDRINUSE);
    net()->close(context(), one, false);
    net()->close(context(), other, false);
}

static TRIO_PARKS void knows_its_addresses(const struct world_traits *traits)
{
    trio_handle one = open_at(traits->address, TRIO_SOCKET_STREAM);
    struct trio_address address = own_address(one), foreign = address;
    trio_handle other = open_like(&address);

    // Of the ranges that are for documentation only.
    memcpy(foreign.bytes, "\xc0\x00\x02\x01", 4);
    if (address.family == TRIO_ADDRESS_IPV6)
        memcpy(foreign.bytes, "\x20\x01\x0d\xb8", 4);
    foreign.port = 0;
    CHECK_STATUS(net()->bind(context(), other, &foreign), TRIO_EADDRNOTAVAIL);
    net()->close(context(), one, false);
    net()->close(context(), other, false);
}

// Who ended first keeps the port for a while.
static TRIO_PARKS void lingers(const struct world_traits *traits)
{
    if (traits->shares_ports)
        return;
    for (int polite = 0; polite < 2; polite++) {
        trio_handle listener = open_at(traits->address, TRIO_SOCKET_STREAM);
        struct trio_address address = own_address(listener), peer;
        trio_handle near = open_like(&address), far = TRIO_HANDLE_NONE;
        char byte;
        size_t length;

        if (polite)
            reuse(listener);
        CHECK_OK(net()->listen(context(), listener, 1));
        CHECK_OK(connect_to(near, &address));
        CHECK_OK(accept_one(listener, &far, &peer));
        net()->close(context(), listener, false);
        net()->close(context(), far, false); // First.
        CHECK_STATUS(receive_some(near, &byte, 1, &length), TRIO_EEND);
        net()->close(context(), near, false);
        listener = open_like(&address);
        if (polite)
            reuse(listener);
        CHECK_STATUS(net()->bind(context(), listener, &address),
                     polite ? TRIO_OK : TRIO_EADDRINUSE);
        net()->close(context(), listener, false);
    }
}

static TRIO_PARKS void minds_the_order(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    struct trio_address address, peer;
    trio_handle fresh, other;

    CHECK_OK(net()->local_address(context(), ends.far, &address));
    CHECK_STATUS(net()->connect(context(), ends.far, &address), TRIO_EINVAL);
    CHECK_STATUS(net()->listen(context(), ends.far, 1), TRIO_EINVAL);
    CHECK_STATUS(net()->accept(context(), ends.far, &other, &peer),
                 TRIO_EINVAL);
    close_ends(&ends);
    other = open_at(traits->address, TRIO_SOCKET_DATAGRAM);
    CHECK_STATUS(net()->accept(context(), other, &fresh, &peer), TRIO_EINVAL);
    net()->close(context(), other, false);
    fresh = open_like(&address);
    CHECK_STATUS(net()->shutdown_send(context(), fresh), TRIO_EBROKEN);
    CHECK_OK(net()->listen(context(), fresh, 1)); // It gets a port by that.
    CHECK(own_address(fresh).port != 0);
    net()->close(context(), fresh, false);
}

static TRIO_PARKS void drops_who_waits(const struct world_traits *traits)
{
    trio_handle listener = open_at(traits->address, TRIO_SOCKET_STREAM);
    struct trio_address address = own_address(listener);
    trio_handle near = open_like(&address);
    char byte;
    size_t length;

    CHECK_OK(net()->listen(context(), listener, 1));
    CHECK_OK(connect_to(near, &address));
    net()->close(context(), listener, false);
    CHECK_STATUS(receive_some(near, &byte, 1, &length), TRIO_EBROKEN);
    net()->close(context(), near, false);
}

// What is closed with data unread tells its peer so.
static TRIO_PARKS void resets_what_is_unread(const struct world_traits *traits)
{
    struct ends ends = connect_ends(traits);
    char data[8];
    size_t length;

    say(ends.near, "unread");
    say(ends.far, "last");
    CHECK_OK(trio_wait_readable(ends.far));
    CHECK_OK(trio_wait_readable(ends.near));
    net()->close(context(), ends.far, false);
    CHECK_OK(receive_some(ends.near, data, sizeof(data), &length));
    CHECK_STATUS(receive_some(ends.near, data, sizeof(data), &length),
                 TRIO_EBROKEN);
    net()->close(context(), ends.near, false);
}

const struct world_clause world_port_clauses[] = {
    {"ports that are free are given out", gives_out_ports},
    {"a port is somebody's, unless both share it", keeps_ports_apart},
    {"only own addresses are bound to", knows_its_addresses},
    {"a port lingers where its connection ended first", lingers},
    {"calls come in order", minds_the_order},
    {"who is not accepted yet goes with the listener", drops_who_waits},
    {"closing what is unread resets", resets_what_is_unread},
    {NULL, NULL}};
