// Clauses about datagrams and messages.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/world_contract/contract.h"
#include "tests/world_contract/kit.h"

static void send_to(trio_handle handle, const char *text,
                    struct trio_address *address)
{
    char data[64];
    struct trio_buffer buffer = {data, strlen(text)};
    struct trio_message message = {
        .buffers = &buffer, .buffer_count = 1, .address = address};
    size_t length = 0;

    memcpy(data, text, strlen(text));
    CHECK_OK(net()->send_message(context(), handle, &message, &length));
    CHECK_EQ(length, strlen(text));
}

static TRIO_CHECKPOINT trio_status take(trio_handle handle,
                                        struct trio_message *message)
{
    trio_status rc;

    while ((rc = net()->receive_message(context(), handle, message)) ==
           TRIO_EWOULDBLOCK) {
        rc = trio_wait_readable(handle);
        if (rc != TRIO_OK)
            break;
    }
    return rc;
}

static TRIO_PARKS void keeps_boundaries(const struct world_traits *traits)
{
    trio_handle near = open_at(traits->address, TRIO_SOCKET_DATAGRAM);
    trio_handle far = open_at(traits->address, TRIO_SOCKET_DATAGRAM);
    struct trio_address address = own_address(far);
    char byte;
    size_t length;

    CHECK_STATUS(net()->receive(context(), far, &byte, 1, &length),
                 TRIO_EWOULDBLOCK);
    send_to(near, "one", &address);
    send_to(near, "", &address);
    send_to(near, "three", &address);
    send_to(near, "four", &address);
    expect(far, "one");
    expect(far, "");
    CHECK_STATUS(receive_some(far, &byte, 1, &length), TRIO_ETRUNCATED);
    CHECK_EQ(byte, 't');
    expect(far, "four");
    net()->close(context(), near, false);
    net()->close(context(), far, false);
}

static TRIO_PARKS void names_the_sender(const struct world_traits *traits)
{
    trio_handle near = open_at(traits->address, TRIO_SOCKET_DATAGRAM);
    trio_handle far = open_at(traits->address, TRIO_SOCKET_DATAGRAM);
    struct trio_address own = own_address(near), address = own_address(far);
    struct trio_address sender;
    char one[2] = "", two[8] = "";
    struct trio_buffer buffers[] = {{one, 1}, {two, 7}};
    struct trio_message message = {
        .buffers = buffers, .buffer_count = 2, .address = &sender};

    send_to(near, "split", &address);
    message.peek = true;
    for (int i = 0; i < 2; i++) {
        CHECK_OK(take(far, &message));
        CHECK_EQ(message.length, 5);
    }
    message.peek = false;
    CHECK_OK(take(far, &message));
    CHECK_STRING(one, "s");
    CHECK_STRING(two, "plit");
    CHECK(trio_address_equal(&sender, &own));
    send_to(near, "too long for it", &address);
    CHECK_STATUS(take(far, &message), TRIO_ETRUNCATED);
    CHECK_EQ(message.length, 15);
    net()->close(context(), near, false);
    net()->close(context(), far, false);
}

static TRIO_PARKS void tells_of_refusals(const struct world_traits *traits)
{
    trio_handle near = open_at(traits->address, TRIO_SOCKET_DATAGRAM);
    trio_handle far = open_at(traits->address, TRIO_SOCKET_DATAGRAM);
    struct trio_address address = own_address(far);
    char byte;
    size_t length;

    CHECK_STATUS(net()->send(context(), near, "x", 1, &length), TRIO_EBROKEN);
    CHECK_OK(connect_to(near, &address));
    net()->close(context(), far, false);
    if (traits->hides_refusals) {
        net()->close(context(), near, false);
        return;
    }
    say(near, "x");
    CHECK_STATUS(receive_some(near, &byte, 1, &length), TRIO_ECONNREFUSED);
    CHECK_STATUS(net()->receive(context(), near, &byte, 1, &length),
                 TRIO_EWOULDBLOCK); // Once.
    net()->close(context(), near, false);
}

static TRIO_PARKS void has_limits(const struct world_traits *traits)
{
    static struct trio_buffer buffers[TRIO_MESSAGE_BUFFERS_MAX + 1];
    static trio_handle handles[TRIO_MESSAGE_HANDLES_MAX + 1];
    static char large[100000];
    trio_handle near = open_at(traits->address, TRIO_SOCKET_DATAGRAM);
    struct trio_address address = own_address(near);
    struct trio_message many = {.buffers = buffers,
                                .buffer_count = COUNT(buffers)};
    struct trio_message crowd = {.handles = handles,
                                 .handle_count = COUNT(handles)};
    struct trio_message one = {
        .handles = &near, .handle_count = 1, .address = &address};
    struct trio_buffer whole = {large, sizeof(large)};
    struct trio_message huge = {
        .buffers = &whole, .buffer_count = 1, .address = &address};
    size_t length;

    CHECK_STATUS(net()->send_message(context(), near, &many, &length),
                 TRIO_EINVAL);
    CHECK_STATUS(net()->receive_message(context(), near, &many), TRIO_EINVAL);
    CHECK_STATUS(net()->send_message(context(), near, &crowd, &length),
                 TRIO_EINVAL);
    CHECK_STATUS(net()->receive_message(context(), near, &crowd), TRIO_EINVAL);
    CHECK_STATUS(net()->send_message(context(), near, &one, &length),
                 TRIO_ENOTSUP); // Handles go over local sockets.
    CHECK_STATUS(net()->send_message(context(), near, &huge, &length),
                 TRIO_EMSGSIZE);
    net()->close(context(), near, false);
}

const struct world_clause world_datagram_clauses[] = {
    {"datagrams are received as they were sent", keeps_boundaries},
    {"messages have a sender and several buffers", names_the_sender},
    {"that nobody listens is told to the next call, once", tells_of_refusals},
    {"messages have limits", has_limits},
    {NULL, NULL}};
