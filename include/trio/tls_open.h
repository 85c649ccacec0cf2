// Connecting to a host by its name, over TLS.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TLS_OPEN_H
#define TRIO_TLS_OPEN_H

#include <trio/base.h>
#include <trio/status.h>
#include <trio/tcp.h>
#include <trio/tcp_open.h>
#include <trio/tls.h>

// A `trio_tls_connection` is a client's end of TLS together with the TCP
// connection below. It is used through `tls.stream`, which closes both. The
// caller owns the storage, which must not move. Not thread-safe: use it from
// its loop's thread only.
struct trio_tls_connection {
    struct trio_tls_stream tls;
    struct trio_tcp_stream tcp; // The transport of `tls`; nobody else uses it.
};

TRIO_BEGIN_DECLS

// Connects to a port of a host as trio_tcp_open does, with its options, and
// does the handshake with whoever has to prove that it is that host. `context`
// is a client's.
//
//     struct trio_tls_connection connection;
//     struct trio_stream *secure = &connection.tls.stream;
//
//     rc = trio_tls_open(&context, "example.org", 443, NULL, &connection);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_stream_send_all(secure, "hello", 5, NULL);
//     return trio_combine(rc, trio_stream_close(secure));
//
// A name that is not ASCII is expected as trio_host_encode writes it. On
// failure, and when cancelled, nothing is left open. It waits as long as the
// peer does not answer: put it into a scope with a deadline.
//
// Checkpoint: always.
// Returns: TRIO_OK          `ret_connection` is connected, and the peer is who
//                           it should be; the caller closes it.
//          TRIO_ECANCELED   an enclosing scope is cancelled.
//          TRIO_EUNTRUSTED  the peer's certificate is not accepted.
//          TRIO_EPROTOCOL   the peer breaks the protocol, or refuses us.
//          TRIO_EBROKEN     the connection ended in the handshake.
//          TRIO_ENOMEM      out of memory or of threads.
//          other            as trio_tcp_open, trio_tls_client_open and
//                           trio_tls_handshake.
TRIO_CHECKPOINT trio_status trio_tls_open(
    struct trio_tls_context *context, const char *host, uint16_t port,
    const struct trio_tcp_open_options *options,
    struct trio_tls_connection *ret_connection);

TRIO_END_DECLS

#endif // TRIO_TLS_OPEN_H
