// Clauses about local sockets: their names, their queues, what goes with bytes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/world_contract/contract.h"
#include "tests/world_contract/kit.h"

static const char name[] = "unix:@trio-world-contract";

static trio_handle open_local(enum trio_socket_type type)
{
    trio_handle handle = TRIO_HANDLE_NONE;

    CHECK_OK(net()->open(context(), TRIO_ADDRESS_LOCAL, type, &handle));
    return handle;
}

static TRIO_PARKS void has_names(const struct world_traits *traits)
{
    struct trio_address address, none = {.family = TRIO_ADDRESS_LOCAL}, peer;
    trio_handle near, far, listener, other;

    if (!traits->has_local)
        return;
    REQUIRE(trio_address_parse(name, &address) == TRIO_OK);
    near = open_local(TRIO_SOCKET_STREAM);
    CHECK_STATUS(net()->connect(context(), near, &address), TRIO_ECONNREFUSED);
    CHECK_STATUS(net()->listen(context(), near, 1), TRIO_EINVAL);
    listener = open_at(name, TRIO_SOCKET_STREAM);
    CHECK_STATUS(net()->connect(context(), near, &address), TRIO_ECONNREFUSED);
    CHECK_OK(net()->listen(context(), listener, 0));
    other = open_local(TRIO_SOCKET_STREAM);
    CHECK_STATUS(net()->bind(context(), other, &address), TRIO_EADDRINUSE);
    CHECK_OK(net()->bind(context(), other, &none)); // It is given a name.
    CHECK_EQ(own_address(other).length, 6);
    CHECK_OK(net()->connect(context(), near, &address));
    CHECK_STATUS(net()->connect(context(), other, &address), TRIO_ENOBUFS);
    CHECK_OK(accept_one(listener, &far, &peer));
    CHECK_EQ(peer.length, 0);
    CHECK_OK(net()->peer_address(context(), near, &peer));
    CHECK(trio_address_equal(&peer, &address));
    net()->close(context(), listener, false);
    CHECK_STATUS(net()->connect(context(), other, &address), TRIO_ECONNREFUSED);
    net()->close(context(), far, false);
    net()->close(context(), near, false);
    net()->close(context(), other, false);
}

static trio_status send_to(trio_handle handle, struct trio_address *address)
{
    struct trio_buffer buffer = {(char[]){'x'}, 1};
    struct trio_message message = {
        .buffers = &buffer, .buffer_count = 1, .address = address};
    size_t length;

    return net()->send_message(context(), handle, &message, &length);
}

// Sends until there is no more room; returns what came then.
static trio_status fill(trio_handle handle, struct trio_address *address)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 10000 && rc == TRIO_OK; i++)
        rc = send_to(handle, address);
    return rc;
}

static TRIO_PARKS void queues_datagrams(const struct world_traits *traits)
{
    struct trio_address address;
    trio_handle near, far, ends[2];
    char byte;
    size_t length;

    if (!traits->has_local)
        return;
    REQUIRE(trio_address_parse(name, &address) == TRIO_OK);
    near = open_local(TRIO_SOCKET_DATAGRAM);
    CHECK_STATUS(send_to(near, &address), TRIO_ECONNREFUSED);
    far = open_at(name, TRIO_SOCKET_DATAGRAM);
    CHECK_STATUS(fill(near, &address), TRIO_ENOBUFS);
    CHECK_OK(net()->receive(context(), far, &byte, 1, &length));
    CHECK_OK(send_to(near, &address));
    net()->close(context(), near, false);
    net()->close(context(), far, false);

    CHECK_OK(net()->pair(context(), TRIO_SOCKET_DATAGRAM, ends));
    CHECK_STATUS(fill(ends[0], NULL), TRIO_EWOULDBLOCK);
    while (net()->receive(context(), ends[1], &byte, 1, &length) == TRIO_OK)
        continue;
    CHECK_OK(send_some(ends[0], "x", 1, &length)); // It was told.
    net()->close(context(), ends[1], false);
    CHECK_STATUS(net()->send(context(), ends[0], "x", 1, &length),
                 TRIO_ECONNREFUSED);
    CHECK_STATUS(net()->send(context(), ends[0], "x", 1, &length),
                 TRIO_EBROKEN);
    net()->close(context(), ends[0], false);
}

// A call takes no more than up to the piece with handles.
static TRIO_PARKS void keeps_pieces_apart(const struct world_traits *traits)
{
    trio_handle ends[2], passed[2], arrived[2];
    char data[16];
    struct trio_buffer buffer = {"with", 4};
    struct trio_message message = {.buffers = &buffer,
                                   .buffer_count = 1,
                                   .handles = passed,
                                   .handle_count = 2};
    size_t length;
    enum trio_address_family family;
    enum trio_socket_type type;

    if (!traits->has_local)
        return;
    CHECK_OK(net()->pair(context(), TRIO_SOCKET_STREAM, ends));
    CHECK_OK(net()->pair(context(), TRIO_SOCKET_STREAM, passed));
    CHECK_OK(net()->send_message(context(), ends[0], &message, &length));
    say(ends[0], "after");
    buffer = (struct trio_buffer){data, sizeof(data)};
    message.handles = arrived;
    message.handle_count = 1;
    CHECK_OK(trio_wait_readable(ends[1]));
    CHECK_STATUS(net()->receive_message(context(), ends[1], &message),
                 TRIO_ETRUNCATED); // One handle had no room.
    CHECK_EQ(message.length, 4);
    CHECK_EQ(message.handle_count, 1);
    expect(ends[1], "after");
    CHECK_OK(net()->adopt(context(), arrived[0], &family, &type));
    net()->close(context(), arrived[0], false);
    for (int i = 0; i < 2; i++) {
        net()->close(context(), ends[i], false);
        net()->close(context(), passed[i], false);
    }
}

// What is closed with data unread tells its peer, after what came before.
static TRIO_PARKS void breaks(const struct world_traits *traits)
{
    trio_handle ends[2];
    char byte;
    size_t length;

    if (!traits->has_local)
        return;
    for (int unread = 0; unread < 2; unread++) {
        CHECK_OK(net()->pair(context(), TRIO_SOCKET_STREAM, ends));
        if (unread)
            say(ends[0], "x");
        net()->close(context(), ends[1], false);
        CHECK_STATUS(receive_some(ends[0], &byte, 1, &length),
                     unread ? TRIO_EBROKEN : TRIO_EEND);
        CHECK_STATUS(send_some(ends[0], "x", 1, &length), TRIO_EBROKEN);
        net()->close(context(), ends[0], false);
    }
}

const struct world_clause world_local_clauses[] = {
    {"local sockets have names", has_names},
    {"their datagrams wait for room", queues_datagrams},
    {"handles end what one call receives", keeps_pieces_apart},
    {"a local peer that is gone is broken", breaks},
    {NULL, NULL}};
