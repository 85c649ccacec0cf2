// Socket listeners: what accepts connections over TCP or from local sockets.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SOCKET_LISTENER_H
#define TRIO_SOCKET_LISTENER_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/listener.h>
#include <trio/socket.h>
#include <trio/socket_stream.h>
#include <trio/status.h>

// A `trio_socket_listener` accepts socket streams.
//
//     struct trio_socket_listener door;
//     struct trio_socket_stream guest;
//
//     trio_status rc = trio_socket_listener_open(&address, NULL, &door);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_socket_listener_accept(&door, &guest);
//     if (rc == TRIO_OK)
//         rc = trio_stream_close(&guest.stream);
//     trio_listener_close(&door.listener);
//     return rc;
//
// All zeros is a closed one. The caller owns the storage, which must not move.
// Not thread-safe: use it from its loop's thread only.
struct trio_socket_listener {
    struct trio_listener listener;
    struct trio_socket socket;   // For its options. Read only.
    struct trio_address address; // Where it listens, the port filled in.
    uint64_t path_id;            // Private. Of a local path; 0: none of ours.
    int send_buffer;             // Private. As in the options below.
    int receive_buffer;          // Private.
};

// How to listen. Zero, or NULL for the whole, is the default.
struct trio_listen_options {
    int backlog;     // Connections that wait to be accepted. Default 4096.
    bool reuse_port; // Share the port with other listeners.

    // Of the connections that are accepted:
    bool keep_alive;    // Ask silent peers whether they are there. How soon,
                        // is an option of the listener's socket.
    int send_buffer;    // In bytes. Default: the system's, which adapts it.
    int receive_buffer; // The same.
};

TRIO_BEGIN_DECLS

// Listens on an address. Port 0 takes a free one, and a local address without a
// name a free abstract one, where there are such. `options` may be NULL.
//
// A local path that somebody left who did not close it is taken over: it names
// a socket, and nobody listens there. Closing removes the path, if it still is
// what was made here. To find out, a connection is made to who listens there,
// and closed at once. Two programs that begin at the same instant at a path
// that was left may both find it so: the later one has it then.
//
// Checkpoint: never.
// Returns: TRIO_OK             `ret_listener` listens; the caller closes it.
//          TRIO_EADDRINUSE     somebody else does; or the path is of something
//                              else than a socket.
//          TRIO_EADDRNOTAVAIL  it is not an address of this machine.
//          TRIO_EACCES         not permitted.
//          TRIO_ENOENT         there is no folder for this path.
//          TRIO_EMFILE         too many open handles.
//          other               what the system said; the record tells more.
TRIO_MUST_USE trio_status
trio_socket_listener_open(const struct trio_address *address,
                          const struct trio_listen_options *options,
                          struct trio_socket_listener *ret_listener);

// Accepts one connection: trio_listener_accept, where it is known what kind of
// stream that gives. A connection that was aborted before is passed over.
//
// Checkpoint: always.
// Returns: as trio_listener_accept.
TRIO_CHECKPOINT trio_status
trio_socket_listener_accept(struct trio_socket_listener *listener,
                            struct trio_socket_stream *ret_stream);

TRIO_END_DECLS

#endif // TRIO_SOCKET_LISTENER_H
