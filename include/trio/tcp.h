// TCP: connecting, listening, accepting.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TCP_H
#define TRIO_TCP_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/socket_listener.h>
#include <trio/socket_stream.h>
#include <trio/status.h>

// A `trio_tcp_stream` is one TCP connection, used through its first member:
//
//     struct trio_tcp_stream tcp;
//
//     trio_status rc = trio_tcp_connect(&address, &tcp);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_stream_send_all(&tcp.stream, "hello", 5, NULL);
//     return trio_combine(rc, trio_stream_close(&tcp.stream));
//
// It is another name of `trio_socket_stream`, as the two below are of a socket
// listener and how that listens.
#define trio_tcp_stream trio_socket_stream
#define trio_tcp_listener trio_socket_listener
#define trio_tcp_listen_options trio_listen_options

// The most listeners that trio_tcp_listen_all opens.
#define TRIO_TCP_LISTEN_ALL_MAX 4

TRIO_BEGIN_DECLS

// Connects to a numeric address. When cancelled, the socket is closed.
//
// Checkpoint: always.
// Returns: TRIO_OK             `ret_stream` is connected; the caller closes it.
//          TRIO_ECANCELED      an enclosing scope is cancelled.
//          TRIO_ECONNREFUSED   nobody listens there.
//          TRIO_EUNREACHABLE   there is no way to it.
//          TRIO_EPEERTIMEDOUT  it does not answer.
//          TRIO_EMFILE         too many open handles.
//          TRIO_ENOTSUP        `address` is none, or of a family that is not
//                              here.
//          other               what the system said; the record tells more.
TRIO_CHECKPOINT trio_status trio_tcp_connect(
    const struct trio_address *address, struct trio_tcp_stream *ret_stream);

// Listens on a numeric address; port 0 takes a free one. `options` may be NULL.
//
// Checkpoint: never.
// Returns: TRIO_OK             `ret_listener` listens; the caller closes it.
//          TRIO_EADDRINUSE     somebody else does.
//          TRIO_EADDRNOTAVAIL  it is not an address of this machine.
//          TRIO_EACCES         not permitted.
//          TRIO_EMFILE         too many open handles.
//          TRIO_ENOTSUP        `address` is none, or of a family that is not
//                              here.
//          other               what the system said; the record tells more.
TRIO_MUST_USE trio_status
trio_tcp_listen(const struct trio_address *address,
                const struct trio_tcp_listen_options *options,
                struct trio_tcp_listener *ret_listener);

// Listens at a port on everything that a host is: on each address of a name, as
// trio_resolve finds them, or, with NULL, on all addresses of this machine, by
// a listener for each family that it has. Port 0 takes one that is free, the
// same for all. `ret_listeners` has room for TRIO_TCP_LISTEN_ALL_MAX: further
// addresses are left out. So are those that this machine does not have, unless
// it has none of them. `options` may be NULL.
//
//     struct trio_tcp_listener listeners[TRIO_TCP_LISTEN_ALL_MAX];
//     struct trio_server server = TRIO_SERVER_INIT;
//     size_t opened;
//
//     rc = trio_tcp_listen_all(NULL, 8080, NULL, listeners, &opened);
//     if (rc == TRIO_OK)
//         rc = trio_serve(&server, listeners, opened, NULL, echo, NULL);
//
// Checkpoint: always.
// Returns: TRIO_OK          `*ret_count` of them listen; the caller closes
//                           them.
//          TRIO_ECANCELED   an enclosing scope is cancelled.
//          TRIO_EADDRINUSE  somebody else does, at one of them. Then, and where
//                           something else is returned, none is left open.
//          other            as trio_resolve and trio_tcp_listen.
TRIO_CHECKPOINT trio_status
trio_tcp_listen_all(const char *host, uint16_t port,
                    const struct trio_tcp_listen_options *options,
                    struct trio_tcp_listener *ret_listeners, size_t *ret_count);

// Accepts one connection. One task at a time per listener.
//
//     struct trio_tcp_stream tcp;
//
//     trio_status rc = trio_tcp_accept(&listener, &tcp);
//     if (rc == TRIO_OK)
//         rc = trio_stream_close(&tcp.stream);
//     trio_tcp_listener_close(&listener); // no more of them
//     return rc;
//
// Checkpoint: always.
// Returns: TRIO_OK            `ret_stream` is connected; the caller closes it.
//          TRIO_ECANCELED     an enclosing scope is cancelled.
//          TRIO_ECLOSED       the listener was closed on this side.
//          TRIO_EBUSY         another task accepts.
//          TRIO_EMFILE        too many open handles; the connection waits.
//          TRIO_ENOMEM        out of memory; the connection waits, or was
//                             closed.
//          TRIO_ENOBUFS       out of memory for sockets; it waits.
//          other              what the system said; the record tells more.
// A connection that was aborted before it was accepted is passed over.
TRIO_CHECKPOINT trio_status trio_tcp_accept(struct trio_tcp_listener *listener,
                                            struct trio_tcp_stream *ret_stream);

// Closes a listener. A task that accepts gets TRIO_ECLOSED. Again is fine, and
// so is a listener that is all zeros.
//
// Checkpoint: never.
void trio_tcp_listener_close(struct trio_tcp_listener *listener);

TRIO_END_DECLS

#endif // TRIO_TCP_H
