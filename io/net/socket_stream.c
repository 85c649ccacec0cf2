// What one task at a time in each direction means, and what becomes of a task
// when its socket is closed, is the socket's to know (socket_call.c). Here is
// added what a stream promises on top: that everything is sent, and that only
// send_all can be both cancelled and have done something, and says in
// `ret_sent` how far it came.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/socket_stream.h"

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/io.h>
#include <trio/task.h>

#include "io/net/finish.h"
#include "io/net/send_file.h"
#include "io/net/socket_call.h"

// The stream is its first member.
static struct trio_socket_stream *over_of(struct trio_stream *stream)
{
    return (struct trio_socket_stream *)stream;
}

// ---- Sending ----

// Begins an operation of the sending half.
static inline TRIO_CHECKPOINT trio_status begin_sending(
    struct trio_socket_stream *over, const struct trio_world **ret_world)
{
    trio_status rc =
        trio_socket_begin_(&over->socket, TRIO_WRITABLE, ret_world);

    if (rc == TRIO_OK && over->sent_eof)
        return trio_net_finish_(false, trio_fail_bare(TRIO_ECLOSED));
    return rc;
}

// Remembers that the peer is gone. Not every system knows it later, when
// nothing is sent but the end.
static trio_status failed_to_send(struct trio_socket_stream *over,
                                  trio_status rc, const char *what)
{
    over->broken = over->broken || rc == TRIO_EBROKEN;
    return trio_socket_failed_(&over->socket, rc, what, &over->peer);
}

static TRIO_CHECKPOINT trio_status send_rest(const struct trio_world *world,
                                             struct trio_socket_stream *over,
                                             const char *data, size_t size,
                                             size_t *ret_sent)
{
    struct trio_socket *socket = &over->socket;
    trio_status rc = TRIO_OK;
    bool parked = false;

    while (rc == TRIO_OK && *ret_sent < size) {
        size_t length = 0;
        rc = world->net->send(world->context, socket->handle, data + *ret_sent,
                              size - *ret_sent, &length);
        if (rc == TRIO_EWOULDBLOCK) {
            rc = trio_socket_await_(socket, TRIO_WRITABLE);
            parked = true;
        } else if (rc == TRIO_OK) {
            *ret_sent += length;
        } else {
            rc = failed_to_send(over, rc, "send to");
            return trio_net_finish_(parked, rc);
        }
    }
    return trio_net_finish_(parked, rc);
}

trio_status trio_socket_stream_send_all_(struct trio_stream *stream,
                                         const void *data, size_t size,
                                         size_t *ret_sent)
{
    struct trio_socket_stream *over = over_of(stream);
    const struct trio_world *world;
    trio_status rc = begin_sending(over, &world);

    if (rc != TRIO_OK)
        return rc;
    over->socket.busy[TRIO_WRITABLE] = true;
    rc = send_rest(world, over, data, size, ret_sent);
    over->socket.busy[TRIO_WRITABLE] = false;
    return rc;
}

trio_status trio_socket_stream_wait_writable_(struct trio_stream *stream)
{
    struct trio_socket_stream *over = over_of(stream);
    const struct trio_world *world;
    trio_status rc = begin_sending(over, &world);

    if (rc != TRIO_OK)
        return rc;
    over->socket.busy[TRIO_WRITABLE] = true;
    rc = trio_socket_await_(&over->socket, TRIO_WRITABLE);
    over->socket.busy[TRIO_WRITABLE] = false;
    return rc;
}

// Sends while the seam can; TRIO_ENOTSUP: from `*ret_sent` on it cannot.
static TRIO_CHECKPOINT trio_status send_by_seam(
    const struct trio_world *world, struct trio_socket_stream *over,
    trio_handle file, uint64_t offset, uint64_t length, uint64_t *ret_sent)
{
    struct trio_socket *socket = &over->socket;
    trio_status rc = TRIO_OK;
    bool parked = false;

    while (rc == TRIO_OK && *ret_sent < length) {
        uint64_t sent = 0;
        rc = world->net->send_file(world->context, socket->handle, file,
                                   offset + *ret_sent, length - *ret_sent,
                                   &sent);
        *ret_sent += sent;
        if (rc == TRIO_EWOULDBLOCK) {
            rc = trio_socket_await_(socket, TRIO_WRITABLE);
            parked = true;
        } else if (rc == TRIO_ENOTSUP) {
            return rc;
        } else if (rc != TRIO_OK) {
            rc = failed_to_send(over, rc, "send a file to");
            return trio_net_finish_(parked, rc);
        }
    }
    return trio_net_finish_(parked, rc);
}

static TRIO_CHECKPOINT trio_status send_file(struct trio_stream *stream,
                                             trio_handle file, uint64_t offset,
                                             uint64_t length,
                                             uint64_t *ret_sent)
{
    struct trio_socket_stream *over = over_of(stream);
    const struct trio_world *world;
    trio_status rc = begin_sending(over, &world);

    if (rc != TRIO_OK)
        return rc;
    over->socket.busy[TRIO_WRITABLE] = true;
    rc = send_by_seam(world, over, file, offset, length, ret_sent);
    over->socket.busy[TRIO_WRITABLE] = false;
    if (rc != TRIO_ENOTSUP)
        return rc;
    return trio_send_file_by_copy_(stream, file, offset, length, ret_sent);
}

static TRIO_CHECKPOINT trio_status send_eof(struct trio_stream *stream)
{
    struct trio_socket_stream *over = over_of(stream);
    const struct trio_world *world;
    trio_status rc = trio_socket_begin_(&over->socket, TRIO_WRITABLE, &world);

    if (rc != TRIO_OK)
        return rc;
    if (over->broken) {
        rc = trio_socket_explain_(&over->socket, TRIO_EBROKEN, 0,
                                  "send the end to", &over->peer);
    } else if (!over->sent_eof) {
        rc = world->net->shutdown_send(world->context, over->socket.handle);
        rc = trio_socket_failed_(&over->socket, rc, "send the end to",
                                 &over->peer);
        over->sent_eof = rc == TRIO_OK;
    }
    return trio_net_finish_(false, rc);
}

// ---- Receiving ----

trio_status trio_socket_stream_receive_some_(struct trio_stream *stream,
                                             void *buffer, size_t size,
                                             size_t *ret_length)
{
    struct trio_socket_stream *over = over_of(stream);

    return trio_socket_receive_(&over->socket, buffer, size, ret_length,
                                &over->peer);
}

// ---- Closing ----

trio_status trio_socket_stream_close_(struct trio_stream *stream)
{
    trio_socket_close(&over_of(stream)->socket);
    return trio_checkpoint();
}

void trio_socket_stream_close_forcefully_(struct trio_stream *stream)
{
    trio_socket_reset(&over_of(stream)->socket);
}

static const struct trio_stream_operations socket_operations = {
    .send_all = trio_socket_stream_send_all_,
    .wait_writable = trio_socket_stream_wait_writable_,
    .receive_some = trio_socket_stream_receive_some_,
    .send_eof = send_eof,
    .close = trio_socket_stream_close_,
    .close_forcefully = trio_socket_stream_close_forcefully_,
    .send_file = send_file,
};

// ---- Making ----

void trio_socket_stream_init_(struct trio_socket_stream *ret_stream,
                              struct trio_socket *socket,
                              const struct trio_address *peer)
{
    const struct trio_world *world = trio_run_world();

    // A connection that refuses is broken by now, which its first use tells.
    if (socket->family != TRIO_ADDRESS_LOCAL)
        trio_ignore(world->net->set_option(world->context, socket->handle,
                                           TRIO_SOCKET_NO_DELAY, 1));
    *ret_stream =
        (struct trio_socket_stream){.stream.operations = &socket_operations,
                                    .socket = *socket,
                                    .peer = *peer};
    *socket = (struct trio_socket){.handle = TRIO_HANDLE_NONE};
}

trio_status trio_socket_stream_open(struct trio_socket *socket,
                                    struct trio_socket_stream *ret_stream)
{
    struct trio_address peer;

    if (socket->open && socket->type != TRIO_SOCKET_STREAM)
        return trio_fail(TRIO_EINVAL, "make a stream of a datagram socket");
    if (socket->busy[TRIO_READABLE] || socket->busy[TRIO_WRITABLE])
        return trio_fail_bare(TRIO_EBUSY);
    trio_status rc = trio_socket_peer_address(socket, &peer);
    if (rc == TRIO_OK)
        trio_socket_stream_init_(ret_stream, socket, &peer);
    return rc;
}

trio_status trio_socket_stream_pair(struct trio_socket_stream *ret_near,
                                    struct trio_socket_stream *ret_far)
{
    static const struct trio_address nameless = {.family = TRIO_ADDRESS_LOCAL};
    struct trio_socket near, far;
    trio_status rc = trio_socket_pair(TRIO_SOCKET_STREAM, &near, &far);

    if (rc != TRIO_OK)
        return rc;
    trio_socket_stream_init_(ret_near, &near, &nameless);
    trio_socket_stream_init_(ret_far, &far, &nameless);
    return TRIO_OK;
}
