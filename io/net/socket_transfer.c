// Everything that is sent or received is one call to the seam, made until it
// need not wait; the short forms are messages with less in them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/socket.h>

#include <trio/error.h>
#include <trio/task.h>

#include "io/net/finish.h"
#include "io/net/socket_call.h"

// Refuses what a socket cannot do as late as any other failure.
static TRIO_CHECKPOINT trio_status refuse(const char *why)
{
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? trio_fail(TRIO_EINVAL, "%s", why) : rc;
}

static TRIO_CHECKPOINT trio_status
refuse_address(const struct trio_address *address)
{
    trio_status rc = trio_checkpoint();
    return rc == TRIO_OK ? trio_socket_misfit_("send to", address) : rc;
}

static size_t total(const struct trio_message *message)
{
    size_t size = 0;

    for (size_t i = 0; i < message->buffer_count; i++)
        size += message->buffers[i].size;
    return size;
}

static bool is_too_much(const struct trio_message *message)
{
    return message->buffer_count > TRIO_MESSAGE_BUFFERS_MAX ||
           message->handle_count > TRIO_MESSAGE_HANDLES_MAX;
}

// ---- Sending ----

struct sending {
    const void *data;
    size_t size;
    const struct trio_message *message;
    size_t length; // Sent.
};

static trio_status make_send(const struct trio_world *world, trio_handle handle,
                             void *arg)
{
    struct sending *sending = arg;
    return world->net->send(world->context, handle, sending->data,
                            sending->size, &sending->length);
}

static trio_status make_send_message(const struct trio_world *world,
                                     trio_handle handle, void *arg)
{
    struct sending *sending = arg;
    return world->net->send_message(world->context, handle, sending->message,
                                    &sending->length);
}

static TRIO_CHECKPOINT trio_status send(struct trio_socket_call_ *call,
                                        struct trio_socket *socket,
                                        struct sending *sending,
                                        size_t *ret_sent)
{
    call->socket = socket;
    call->direction = TRIO_WRITABLE;
    call->arg = sending;
    call->what = "send to";
    trio_status rc = trio_socket_perform_(call);
    if (rc == TRIO_OK && ret_sent != NULL)
        *ret_sent = sending->length;
    return rc;
}

trio_status trio_socket_send(struct trio_socket *socket, const void *data,
                             size_t size, size_t *ret_sent)
{
    struct sending sending = {.data = data, .size = size};
    struct trio_socket_call_ call = {.make = make_send};

    return send(&call, socket, &sending, ret_sent);
}

trio_status trio_socket_send_to(struct trio_socket *socket, const void *data,
                                size_t size, const struct trio_address *address)
{
    struct trio_address target = *address;
    struct trio_buffer buffer = {(void *)(uintptr_t)data, size};
    struct trio_message message = {
        .buffers = &buffer, .buffer_count = 1, .address = &target};

    return trio_socket_send_message(socket, &message, NULL);
}

trio_status trio_socket_send_message(struct trio_socket *socket,
                                     const struct trio_message *message,
                                     size_t *ret_sent)
{
    struct sending sending = {.message = message};
    struct trio_socket_call_ call = {.make = make_send_message,
                                     .peer = message->address};

    if (is_too_much(message))
        return refuse("send a message with too many parts");
    if (message->address != NULL && message->address->family != socket->family)
        return refuse_address(message->address);
    if (message->handle_count > 0 && socket->type == TRIO_SOCKET_STREAM &&
        total(message) == 0)
        return refuse("send handles over a stream without data");
    return send(&call, socket, &sending, ret_sent);
}

trio_status trio_socket_shutdown_send(struct trio_socket *socket)
{
    const struct trio_world *world = trio_run_world();

    if (!socket->open)
        return trio_fail_bare(TRIO_ECLOSED);
    if (socket->busy[TRIO_WRITABLE])
        return trio_fail_bare(TRIO_EBUSY);
    return trio_socket_failed_(
        socket, world->net->shutdown_send(world->context, socket->handle),
        "send the end to", NULL);
}

// ---- Receiving ----

static inline TRIO_CHECKPOINT trio_status receive_until_done(
    const struct trio_world *world, const struct trio_socket *socket,
    void *buffer, size_t size, size_t *ret_length,
    const struct trio_address *peer, bool *ret_parked)
{
    trio_status rc;

    while ((rc = world->net->receive(world->context, socket->handle, buffer,
                                     size, ret_length)) == TRIO_EWOULDBLOCK) {
        *ret_parked = true;
        rc = trio_socket_await_(socket, TRIO_READABLE);
        if (rc != TRIO_OK)
            return rc;
    }
    return trio_socket_failed_(socket, rc, "receive from", peer);
}

trio_status trio_socket_receive_(struct trio_socket *socket, void *buffer,
                                 size_t size, size_t *ret_length,
                                 const struct trio_address *peer)
{
    const struct trio_world *world;
    bool parked = false;
    trio_status rc = trio_socket_begin_(socket, TRIO_READABLE, &world);

    if (rc != TRIO_OK)
        return rc;
    socket->busy[TRIO_READABLE] = true;
    rc = receive_until_done(world, socket, buffer, size, ret_length, peer,
                            &parked);
    rc = trio_net_finish_(parked, rc);
    socket->busy[TRIO_READABLE] = false;
    return rc;
}

static trio_status make_receive_message(const struct trio_world *world,
                                        trio_handle handle, void *arg)
{
    return world->net->receive_message(world->context, handle, arg);
}

trio_status trio_socket_receive(struct trio_socket *socket, void *buffer,
                                size_t size, size_t *ret_length)
{
    if (size == 0 && socket->type == TRIO_SOCKET_STREAM)
        return refuse("receive nothing from a stream");
    trio_status rc =
        trio_socket_receive_(socket, buffer, size, ret_length, NULL);
    if (rc == TRIO_ETRUNCATED)
        *ret_length = size;
    return rc;
}

trio_status trio_socket_receive_from(struct trio_socket *socket, void *buffer,
                                     size_t size, size_t *ret_length,
                                     struct trio_address *ret_sender)
{
    struct trio_buffer one = {buffer, size};
    struct trio_message message = {
        .buffers = &one, .buffer_count = 1, .address = ret_sender};
    trio_status rc = trio_socket_receive_message(socket, &message);

    if (rc == TRIO_OK)
        *ret_length = message.length;
    if (rc == TRIO_ETRUNCATED)
        *ret_length = size;
    return rc;
}

trio_status trio_socket_receive_message(struct trio_socket *socket,
                                        struct trio_message *message)
{
    const struct trio_socket_call_ call = {.socket = socket,
                                           .direction = TRIO_READABLE,
                                           .make = make_receive_message,
                                           .arg = message,
                                           .what = "receive from"};

    if (is_too_much(message))
        return refuse("receive a message with too many parts");
    if (socket->type == TRIO_SOCKET_STREAM && total(message) == 0)
        return refuse("receive nothing from a stream");
    return trio_socket_perform_(&call);
}

// ---- Waiting ----

static TRIO_CHECKPOINT trio_status wait_for(struct trio_socket *socket,
                                            enum trio_direction direction)
{
    const struct trio_world *world;
    trio_status rc = trio_socket_begin_(socket, direction, &world);

    if (rc != TRIO_OK)
        return rc;
    socket->busy[direction] = true;
    rc = trio_socket_await_(socket, direction);
    socket->busy[direction] = false;
    return rc;
}

trio_status trio_socket_wait_readable(struct trio_socket *socket)
{
    return wait_for(socket, TRIO_READABLE);
}

trio_status trio_socket_wait_writable(struct trio_socket *socket)
{
    return wait_for(socket, TRIO_WRITABLE);
}
