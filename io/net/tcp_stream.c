// Each half of a connection has at most one task in it, and its flag says so.
// Closing does not wait for it: it wakes that task, which finds `closed` set
// and never touches the handle again, for the number may be somebody else's by
// then. So after each wait the flag is looked at before the handle.
//
// An operation begins with the cancel check, before it has done anything, and
// is never called cancelled once it has; only send_all can be both, and says in
// `ret_sent` how far it came.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/tcp_stream.h"

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/io.h>
#include <trio/task.h>

#include "io/net/finish.h"

// The stream is its first member.
static struct trio_tcp_stream *tcp_of(struct trio_stream *stream)
{
    return (struct trio_tcp_stream *)stream;
}

// Records a failure of the world, other than what happens every day.
static trio_status failed(const struct trio_world *world,
                          const struct trio_tcp_stream *tcp, trio_status rc,
                          const char *what)
{
    char peer[TRIO_ADDRESS_TEXT_MAX];

    if (rc == TRIO_OK || rc == TRIO_EEND)
        return rc;
    return trio_fail_os(rc, trio_net_error_(world), "%s %s", what,
                        trio_address_format(&tcp->peer, peer, sizeof(peer)));
}

// Waits for the socket; TRIO_ECLOSED if it was closed before this task ran
// again, though it was woken for something else.
static TRIO_CHECKPOINT trio_status wait_for(struct trio_tcp_stream *tcp,
                                            enum trio_direction direction)
{
    trio_status rc = direction == TRIO_READABLE
                         ? trio_wait_readable(tcp->handle)
                         : trio_wait_writable(tcp->handle);
    if (rc == TRIO_OK && tcp->closed)
        return trio_fail_bare(TRIO_ECLOSED);
    return rc;
}

// ---- Sending ----

// Begins an operation of the sending half.
static TRIO_CHECKPOINT trio_status begin_sending(struct trio_tcp_stream *tcp)
{
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(tcp, TRIO_ACCESS_WRITE);
    if (tcp->closed)
        return trio_net_finish_(false, trio_fail_bare(TRIO_ECLOSED));
    if (tcp->sending)
        return trio_net_finish_(false, trio_fail_bare(TRIO_EBUSY));
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status send_rest(struct trio_tcp_stream *tcp,
                                             const char *data, size_t size,
                                             size_t *ret_sent)
{
    const struct trio_world *world = trio_run_world();
    trio_status rc = TRIO_OK;
    bool parked = false;

    while (rc == TRIO_OK && *ret_sent < size) {
        size_t length = 0;
        rc = world->net->send(world->context, tcp->handle, data + *ret_sent,
                              size - *ret_sent, &length);
        if (rc == TRIO_EWOULDBLOCK) {
            rc = wait_for(tcp, TRIO_WRITABLE);
            parked = true;
        } else if (rc == TRIO_OK) {
            *ret_sent += length;
        } else {
            return trio_net_finish_(parked, failed(world, tcp, rc, "send to"));
        }
    }
    return trio_net_finish_(parked, rc);
}

static TRIO_CHECKPOINT trio_status send_all(struct trio_stream *stream,
                                            const void *data, size_t size,
                                            size_t *ret_sent)
{
    struct trio_tcp_stream *tcp = tcp_of(stream);
    trio_status rc = begin_sending(tcp);

    if (rc != TRIO_OK)
        return rc;
    if (tcp->sent_eof)
        return trio_net_finish_(false, trio_fail_bare(TRIO_ECLOSED));
    tcp->sending = true;
    rc = send_rest(tcp, data, size, ret_sent);
    tcp->sending = false;
    return rc;
}

static TRIO_CHECKPOINT trio_status wait_writable(struct trio_stream *stream)
{
    struct trio_tcp_stream *tcp = tcp_of(stream);
    trio_status rc = begin_sending(tcp);

    if (rc != TRIO_OK)
        return rc;
    if (tcp->sent_eof)
        return trio_net_finish_(false, trio_fail_bare(TRIO_ECLOSED));
    tcp->sending = true;
    rc = wait_for(tcp, TRIO_WRITABLE);
    tcp->sending = false;
    return rc;
}

static TRIO_CHECKPOINT trio_status send_eof(struct trio_stream *stream)
{
    struct trio_tcp_stream *tcp = tcp_of(stream);
    const struct trio_world *world = trio_run_world();
    trio_status rc = begin_sending(tcp);

    if (rc != TRIO_OK)
        return rc;
    if (!tcp->sent_eof) {
        rc = world->net->shutdown_send(world->context, tcp->handle);
        rc = failed(world, tcp, rc, "send the end to");
        tcp->sent_eof = rc == TRIO_OK;
    }
    return trio_net_finish_(false, rc);
}

// ---- Receiving ----

static TRIO_CHECKPOINT trio_status receive(struct trio_tcp_stream *tcp,
                                           void *buffer, size_t size,
                                           size_t *ret_length)
{
    const struct trio_world *world = trio_run_world();
    bool parked = false;
    trio_status rc;

    while ((rc = world->net->receive(world->context, tcp->handle, buffer, size,
                                     ret_length)) == TRIO_EWOULDBLOCK) {
        rc = wait_for(tcp, TRIO_READABLE);
        if (rc != TRIO_OK)
            return rc;
        parked = true;
    }
    return trio_net_finish_(parked, failed(world, tcp, rc, "receive from"));
}

static TRIO_CHECKPOINT trio_status receive_some(struct trio_stream *stream,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    struct trio_tcp_stream *tcp = tcp_of(stream);
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(tcp, TRIO_ACCESS_READ);
    if (tcp->closed)
        return trio_net_finish_(false, trio_fail_bare(TRIO_ECLOSED));
    if (tcp->receiving)
        return trio_net_finish_(false, trio_fail_bare(TRIO_EBUSY));
    tcp->receiving = true;
    rc = receive(tcp, buffer, size, ret_length);
    tcp->receiving = false;
    return rc;
}

// ---- Closing ----

static void close_handle(struct trio_tcp_stream *tcp, bool reset)
{
    const struct trio_world *world = trio_run_world();

    trio_touch(tcp, TRIO_ACCESS_WRITE);
    if (tcp->closed)
        return;
    tcp->closed = true;
    world->net->close(world->context, tcp->handle, reset);
    tcp->handle = TRIO_HANDLE_NONE;
}

static TRIO_CHECKPOINT trio_status close_orderly(struct trio_stream *stream)
{
    close_handle(tcp_of(stream), false);
    return trio_checkpoint();
}

static void close_forcefully(struct trio_stream *stream)
{
    close_handle(tcp_of(stream), true);
}

static const struct trio_stream_operations tcp_operations = {
    .send_all = send_all,
    .wait_writable = wait_writable,
    .receive_some = receive_some,
    .send_eof = send_eof,
    .close = close_orderly,
    .close_forcefully = close_forcefully,
};

void trio_tcp_stream_init_(struct trio_tcp_stream *ret_tcp, trio_handle handle,
                           const struct trio_address *peer)
{
    const struct trio_world *world = trio_run_world();

    // A connection that refuses is broken by now, which its first use tells.
    trio_ignore(world->net->set_option(world->context, handle,
                                       TRIO_SOCKET_NO_DELAY, 1));
    *ret_tcp = (struct trio_tcp_stream){
        .stream.operations = &tcp_operations, .handle = handle, .peer = *peer};
}
