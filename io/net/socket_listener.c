// A listener is a socket that listens, or is closed; whatever fails on the way
// to that closes it again.
//
// The path of a local socket outlives whoever made it: a program that ends
// without closing leaves it, and bind finds it in use for ever. So a path in
// use is asked whether anybody listens. And since the path of a listener may
// have been taken over by another one like that, it is removed at the end only
// if it still names the socket that was bound here.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/socket_listener.h>

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/task.h>

#include "io/net/socket_stream.h"

#define BACKLOG_DEFAULT 4096

static const struct trio_listen_options listen_defaults = {0};

// The listener is its first member.
static struct trio_socket_listener *over_of(struct trio_listener *listener)
{
    return (struct trio_socket_listener *)listener;
}

static bool has_path(const struct trio_address *address)
{
    return address->family == TRIO_ADDRESS_LOCAL && address->length > 0 &&
           address->bytes[0] != 0;
}

// ---- Listening ----

static trio_status set_ip_options(struct trio_socket *socket,
                                  const struct trio_listen_options *options)
{
    trio_status rc =
        trio_socket_set_option(socket, TRIO_SOCKET_REUSE_ADDRESS, 1);
    if (rc == TRIO_OK && options->reuse_port)
        rc = trio_socket_set_option(socket, TRIO_SOCKET_REUSE_PORT, 1);
    // What an IPv6 listener does about IPv4 would differ between systems.
    if (rc == TRIO_OK && socket->family == TRIO_ADDRESS_IPV6)
        rc = trio_socket_set_option(socket, TRIO_SOCKET_V6_ONLY, 1);
    if (rc == TRIO_OK && options->keep_alive)
        rc = trio_socket_set_option(socket, TRIO_SOCKET_KEEP_ALIVE, 1);
    return rc;
}

static trio_status set_buffers(struct trio_socket *socket, int sending,
                               int receiving)
{
    trio_status rc = TRIO_OK;

    if (sending != 0)
        rc = trio_socket_set_option(socket, TRIO_SOCKET_SEND_BUFFER, sending);
    if (rc == TRIO_OK && receiving != 0)
        rc = trio_socket_set_option(socket, TRIO_SOCKET_RECEIVE_BUFFER,
                                    receiving);
    return rc;
}

// Connections have the options of the socket that accepts them.
static trio_status set_options(struct trio_socket *socket,
                               const struct trio_listen_options *options)
{
    trio_status rc = socket->family == TRIO_ADDRESS_LOCAL
                         ? TRIO_OK
                         : set_ip_options(socket, options);

    if (rc == TRIO_OK)
        rc = set_buffers(socket, options->send_buffer, options->receive_buffer);
    return rc;
}

// Says whether a path names a socket at which nobody listens.
static bool is_left(const struct trio_address *address)
{
    const struct trio_world *world = trio_run_world();
    struct trio_socket probe;
    uint64_t id;

    if (world->net->path_id(world->context, address, &id) != TRIO_OK)
        return false;
    if (trio_socket_open(TRIO_ADDRESS_LOCAL, TRIO_SOCKET_STREAM, &probe) !=
        TRIO_OK)
        return false;
    trio_status rc = world->net->connect(world->context, probe.handle, address);
    trio_socket_close(&probe);
    return rc == TRIO_ECONNREFUSED;
}

static trio_status bind_to(struct trio_socket *socket,
                           const struct trio_address *address)
{
    const struct trio_world *world = trio_run_world();
    trio_status rc = trio_socket_bind(socket, address);

    if (rc != TRIO_EADDRINUSE || !has_path(address) || !is_left(address))
        return rc;
    if (world->net->remove_path(world->context, address) != TRIO_OK)
        return rc;
    return trio_socket_bind(socket, address);
}

static trio_status listen_at(struct trio_socket_listener *over,
                             const struct trio_address *address,
                             const struct trio_listen_options *options)
{
    const struct trio_world *world = trio_run_world();
    int backlog = options->backlog != 0 ? options->backlog : BACKLOG_DEFAULT;
    trio_status rc = set_options(&over->socket, options);

    if (rc == TRIO_OK)
        rc = bind_to(&over->socket, address);
    if (rc == TRIO_OK && has_path(address))
        trio_ignore(
            world->net->path_id(world->context, address, &over->path_id));
    if (rc == TRIO_OK)
        rc = trio_socket_listen(&over->socket, backlog);
    if (rc == TRIO_OK)
        rc = trio_socket_local_address(&over->socket, &over->address);
    return rc;
}

static void close_listener(struct trio_listener *listener)
{
    const struct trio_world *world = trio_run_world();
    struct trio_socket_listener *over = over_of(listener);
    uint64_t id;

    if (over->path_id != 0 &&
        world->net->path_id(world->context, &over->address, &id) == TRIO_OK &&
        id == over->path_id)
        trio_ignore(world->net->remove_path(world->context, &over->address));
    over->path_id = 0;
    trio_socket_close(&over->socket);
}

// ---- Accepting ----

static TRIO_CHECKPOINT trio_status accept(struct trio_listener *listener,
                                          void *storage,
                                          struct trio_stream **ret_stream,
                                          struct trio_address *ret_peer)
{
    struct trio_socket_stream *stream = storage;
    trio_status rc = trio_socket_listener_accept(over_of(listener), stream);

    if (rc == TRIO_OK) {
        *ret_stream = &stream->stream;
        *ret_peer = stream->peer;
    }
    return rc;
}

static struct trio_address address_of(const struct trio_listener *listener)
{
    return ((const struct trio_socket_listener *)listener)->address;
}

static const struct trio_listener_operations socket_operations = {
    .accept = accept, .address = address_of, .close = close_listener};

trio_status trio_socket_listener_accept(struct trio_socket_listener *listener,
                                        struct trio_socket_stream *ret_stream)
{
    struct trio_address peer;
    struct trio_socket socket;
    trio_status rc = trio_socket_accept(&listener->socket, &socket, &peer);

    if (rc != TRIO_OK)
        return rc;
    if (socket.family == TRIO_ADDRESS_LOCAL) // It has none of the listener's.
        rc = set_buffers(&socket, listener->send_buffer,
                         listener->receive_buffer);
    if (rc == TRIO_OK)
        trio_socket_stream_init_(ret_stream, &socket, &peer);
    else
        trio_socket_close(&socket);
    return rc;
}

trio_status trio_socket_listener_open(const struct trio_address *address,
                                      const struct trio_listen_options *options,
                                      struct trio_socket_listener *ret_listener)
{
    if (options == NULL)
        options = &listen_defaults;
    struct trio_socket_listener over = {
        .listener = {&socket_operations, sizeof(struct trio_socket_stream)},
        .address = *address,
        .send_buffer = options->send_buffer,
        .receive_buffer = options->receive_buffer};
    trio_status rc =
        trio_socket_open(address->family, TRIO_SOCKET_STREAM, &over.socket);

    if (rc == TRIO_OK)
        rc = listen_at(&over, address, options);
    if (rc == TRIO_OK) {
        *ret_listener = over;
        return TRIO_OK;
    }
    char text[TRIO_ADDRESS_TEXT_MAX];
    const struct trio_error *error = trio_error_find(rc);
    int number = error != NULL ? error->os_error : 0;
    close_listener(&over.listener);
    return trio_fail_os(rc, number, "listen on %s",
                        trio_address_format(address, text, sizeof(text)));
}
