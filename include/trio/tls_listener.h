// TLS listeners: TLS over whatever another listener accepts.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TLS_LISTENER_H
#define TRIO_TLS_LISTENER_H

#include <trio/base.h>
#include <trio/listener.h>
#include <trio/tls.h>

// A `trio_tls_listener` accepts the streams of another listener, and makes the
// server's end of TLS over each:
//
//     struct trio_tls_listener over_tls;
//     struct trio_listener *doors[] = {&over_tls.listener};
//     struct trio_server server = TRIO_SERVER_INIT;
//
//     trio_tls_listener_init(&over_tls, &context, &listener.listener);
//     rc = trio_serve_listeners(&server, doors, 1, NULL, echo, NULL);
//
// It is used through its first member, by <trio/listener.h>. What is special:
//
// - Accepting does no handshake: a peer that is slow keeps nobody else waiting.
//   The first call on the stream does it; see `trio_tls_stream`, which is what
//   the streams are. A handler that cares begins with trio_tls_handshake, in a
//   scope with a deadline.
// - A stream says goodbye when it is closed, as a server does after a handler.
//   A handler that has left something out closes it before, by
//   trio_stream_close_forcefully: the peer then sees that something is missing.
// - Where there is no memory for TLS, accepting is TRIO_ENOMEM, and the
//   connection does not wait: it is closed.
// - Closing it closes the listener below.
//
// The caller owns the storage, and keeps the listener below as long as this
// one, and the context as long as the streams. Not thread-safe: use it from its
// loop's thread only.
struct trio_tls_listener {
    struct trio_listener listener;
    struct trio_listener *below;
    struct trio_tls_context *context;
};

TRIO_BEGIN_DECLS

// Makes a listener over another one. `context` is a server's.
//
// Checkpoint: never.
void trio_tls_listener_init(struct trio_tls_listener *ret_listener,
                            struct trio_tls_context *context,
                            struct trio_listener *below);

TRIO_END_DECLS

#endif // TRIO_TLS_LISTENER_H
