// Socket streams: a connected socket as a stream.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SOCKET_STREAM_H
#define TRIO_SOCKET_STREAM_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/socket.h>
#include <trio/status.h>
#include <trio/stream.h>

// A `trio_socket_stream` is one connection, over TCP or between local sockets.
// It is used through its first member:
//
//     struct trio_socket_stream one, other;
//
//     trio_status rc = trio_socket_stream_pair(&one, &other);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_stream_send_all(&one.stream, "hello", 5, NULL);
//     rc = trio_combine(rc, trio_stream_close(&one.stream));
//     return trio_combine(rc, trio_stream_close(&other.stream));
//
// <trio/tcp.h> and <trio/local.h> make them by connecting and accepting. The
// caller owns the storage, which must not move. Small segments are sent at once
// (no Nagle). Not thread-safe: use it from its loop's thread only.
struct trio_socket_stream {
    struct trio_stream stream;
    struct trio_socket socket; // For its options. The stream sends, receives
                               // and closes.
    bool sent_eof;             // Private.
    bool broken;               // Private. Who sends finds the peer gone.
    struct trio_address peer;  // Who is at the other end.
};

TRIO_BEGIN_DECLS

// Makes a stream of a socket that is connected, and takes that over: `socket`
// is closed after it, and closing the stream is what closes the connection.
//
//     struct trio_socket_stream connection;
//
//     trio_status rc = trio_socket_stream_open(&guest, &connection);
//     if (rc != TRIO_OK)
//         trio_socket_close(&guest); // it is still ours
//
// Checkpoint: never.
// Returns: TRIO_OK       the caller closes `ret_stream`.
//          TRIO_EINVAL   it is a socket for datagrams. It stays the caller's,
//                        here as below.
//          TRIO_EBUSY    a task uses it.
//          TRIO_EBROKEN  it is not connected.
//          TRIO_ECLOSED  it was closed on this side.
TRIO_MUST_USE trio_status trio_socket_stream_open(
    struct trio_socket *socket, struct trio_socket_stream *ret_stream);

// Makes two streams that are connected with each other, in this program.
//
// Checkpoint: never.
// Returns: TRIO_OK       the caller closes both.
//          TRIO_ENOTSUP  there are no local sockets here.
//          TRIO_EMFILE   too many open handles.
//          other         what the system said; the record tells more.
TRIO_MUST_USE trio_status trio_socket_stream_pair(
    struct trio_socket_stream *ret_near, struct trio_socket_stream *ret_far);

TRIO_END_DECLS

#endif // TRIO_SOCKET_STREAM_H
