// Connections to the servers of URLs, by TCP, and by TLS for https.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_HTTP_CONNECTION_H
#define EXAMPLES_HTTP_CONNECTION_H

#include <trio/tls.h>

#include "examples/http/http.h"

// For a struct http_connector whose context is a client's struct
// trio_tls_context, NULL for one that can do without https. Resolves the name,
// and tries its addresses as trio_tcp_open does.
//
// Checkpoint: always.
// Returns: TRIO_ENOTSUP  https, and there is no context.
//          other         what `fn` returned, or as trio_tcp_open and
//                        trio_tls_open.
TRIO_CHECKPOINT trio_status http_connect(void *tls_context,
                                         const struct http_url *url,
                                         trio_handler_fn fn, void *arg);

#endif // EXAMPLES_HTTP_CONNECTION_H
