// A listener is a handle that is open exactly while `closed` is false and the
// handle is not zeros; whatever fails on the way to that closes it again.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tcp.h>

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/io.h>
#include <trio/task.h>

#include "io/net/finish.h"
#include "io/net/tcp_stream.h"

#define BACKLOG_DEFAULT 4096

static const struct trio_tcp_listen_options listen_defaults = {0};

// ---- Listening ----

static trio_status set_options(const struct trio_world *world,
                               trio_handle handle,
                               const struct trio_address *address,
                               const struct trio_tcp_listen_options *options)
{
    trio_status rc = world->net->set_option(world->context, handle,
                                            TRIO_SOCKET_REUSE_ADDRESS, 1);
    if (rc == TRIO_OK && options->reuse_port)
        rc = world->net->set_option(world->context, handle,
                                    TRIO_SOCKET_REUSE_PORT, 1);
    // What an IPv6 listener does about IPv4 would differ between systems.
    if (rc == TRIO_OK && address->family == TRIO_ADDRESS_IPV6)
        rc = world->net->set_option(world->context, handle, TRIO_SOCKET_V6_ONLY,
                                    1);
    return rc;
}

static trio_status listen_at(const struct trio_world *world, trio_handle handle,
                             const struct trio_address *address,
                             const struct trio_tcp_listen_options *options)
{
    int backlog = options->backlog != 0 ? options->backlog : BACKLOG_DEFAULT;
    trio_status rc = set_options(world, handle, address, options);

    if (rc == TRIO_OK)
        rc = world->net->bind(world->context, handle, address);
    if (rc == TRIO_OK)
        rc = world->net->listen(world->context, handle, backlog);
    return rc;
}

static trio_status failed(const struct trio_world *world, trio_status rc,
                          const char *what, const struct trio_address *address)
{
    char text[TRIO_ADDRESS_TEXT_MAX];

    return trio_fail_os(rc, trio_net_error_(world), "%s %s", what,
                        trio_address_format(address, text, sizeof(text)));
}

trio_status trio_tcp_listen(const struct trio_address *address,
                            const struct trio_tcp_listen_options *options,
                            struct trio_tcp_listener *ret_listener)
{
    const struct trio_world *world = trio_run_world();
    struct trio_tcp_listener listener = {.handle = TRIO_HANDLE_NONE};
    trio_status rc = world->net->open(world->context, address->family,
                                      TRIO_SOCKET_STREAM, &listener.handle);

    if (rc != TRIO_OK)
        return failed(world, rc, "listen on", address);
    rc = listen_at(world, listener.handle, address,
                   options != NULL ? options : &listen_defaults);
    if (rc == TRIO_OK)
        rc = world->net->local_address(world->context, listener.handle,
                                       &listener.address);
    if (rc != TRIO_OK) {
        rc = failed(world, rc, "listen on", address);
        world->net->close(world->context, listener.handle, false);
        return rc;
    }
    *ret_listener = listener;
    return TRIO_OK;
}

// ---- Accepting ----

// Takes one step towards a connection; TRIO_EWOULDBLOCK: `*parked` is true now,
// try again.
static TRIO_CHECKPOINT trio_status try_to_accept(
    const struct trio_world *world, struct trio_tcp_listener *listener,
    trio_handle *ret_handle, struct trio_address *ret_peer, bool *parked)
{
    if (listener->closed)
        return trio_fail_bare(TRIO_ECLOSED);
    trio_status rc = world->net->accept(world->context, listener->handle,
                                        ret_handle, ret_peer);
    if (rc == TRIO_EWOULDBLOCK)
        rc = trio_wait_readable(listener->handle);
    else if (rc ==
             TRIO_ECONNABORTED) // S48: that one is gone; the next, please.
        rc = trio_checkpoint();
    else
        return rc == TRIO_OK
                   ? rc
                   : failed(world, rc, "accept on", &listener->address);
    *parked = true;
    return rc == TRIO_OK ? TRIO_EWOULDBLOCK : rc;
}

trio_status trio_tcp_accept(struct trio_tcp_listener *listener,
                            struct trio_tcp_stream *ret_stream)
{
    const struct trio_world *world = trio_run_world();
    bool parked = false;
    struct trio_address peer;
    trio_handle handle;
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(listener, TRIO_ACCESS_ACQUIRE);
    do
        rc = try_to_accept(world, listener, &handle, &peer, &parked);
    while (rc == TRIO_EWOULDBLOCK);
    if (rc == TRIO_OK)
        trio_tcp_stream_init_(ret_stream, handle, &peer);
    return trio_net_finish_(parked, rc);
}

void trio_tcp_listener_close(struct trio_tcp_listener *listener)
{
    const struct trio_world *world = trio_run_world();
    bool is_zeros = listener->address.family == 0;

    if (is_zeros || listener->closed)
        return;
    trio_touch(listener, TRIO_ACCESS_WRITE);
    listener->closed = true;
    world->net->close(world->context, listener->handle, false);
    listener->handle = TRIO_HANDLE_NONE;
}
