// First TCP, then TLS over it: a ticket from an earlier connection is taken up
// only when there is a peer to show it to.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tls_open.h>

#include <trio/resolve.h>
#include <trio/run.h>

// Makes the client's end; on failure the transport is as it was.
static trio_status open_client(struct trio_tls_context *context,
                               const char *host,
                               struct trio_tls_connection *connection)
{
    char encoded[TRIO_HOST_SIZE];
    trio_status rc = trio_host_encode(host, encoded, sizeof(encoded));

    if (rc != TRIO_OK)
        return rc;
    return trio_tls_client_open(context, &connection->tcp.stream, encoded,
                                &connection->tls);
}

trio_status trio_tls_open(struct trio_tls_context *context, const char *host,
                          uint16_t port,
                          const struct trio_tcp_open_options *options,
                          struct trio_tls_connection *ret_connection)
{
    if (context->server)
        trio_misuse("a client needs a context for clients", context);
    trio_status rc = trio_tcp_open(host, port, options, &ret_connection->tcp);
    if (rc != TRIO_OK)
        return rc;
    rc = open_client(context, host, ret_connection);
    if (rc != TRIO_OK) {
        trio_stream_close_forcefully(&ret_connection->tcp.stream);
        return rc;
    }
    rc = trio_tls_handshake(&ret_connection->tls);
    if (rc != TRIO_OK)
        trio_stream_close_forcefully(&ret_connection->tls.stream);
    return rc;
}
