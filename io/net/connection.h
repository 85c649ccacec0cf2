// A connection that is served, and the service that it is one of.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_CONNECTION_H
#define TRIO_IO_NET_CONNECTION_H

#include <trio/nursery.h>
#include <trio/parking_lot.h>
#include <trio/serve.h>

// One call of trio_serve, in the frame of its caller.
struct trio_service_ {
    struct trio_server *server;
    const struct trio_serve_options *options;
    trio_handler_fn fn;
    void *arg;
    struct trio_listener *const *listeners;    // Either these,
    struct trio_socket_listener *in_one_array; // or these.
    size_t count;
    struct trio_nursery handlers;
    struct trio_parking_lot waiting; // Loops, while there is no room.
};

// A connection, with room for its stream behind it.
struct trio_connection_ {
    struct trio_service_ *service;
    struct trio_stream *stream;
    struct trio_address peer;
    size_t size; // Of all this.
    _Alignas(max_align_t) unsigned char storage[];
};

// Makes room for one; NULL where memory is used up.
struct trio_connection_ *
trio_connection_make_(struct trio_service_ *service,
                      const struct trio_listener *listener);

// Gives the room back. Its stream was never open, or is closed.
void trio_connection_drop_(struct trio_connection_ *connection);

// Starts a task that handles the connection and owns it from then on. What it
// returns is what starting a task does.
TRIO_MUST_USE trio_status
trio_connection_start_(struct trio_connection_ *connection);

#endif // TRIO_IO_NET_CONNECTION_H
