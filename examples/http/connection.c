// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/http/connection.h"

#include <trio/error.h>
#include <trio/tcp_open.h>
#include <trio/tls_open.h>

static TRIO_CHECKPOINT trio_status by_tcp(const struct http_url *url,
                                          trio_handler_fn fn, void *arg)
{
    struct trio_tcp_stream tcp;

    trio_status rc = trio_tcp_open(url->host, url->port, NULL, &tcp);
    if (rc != TRIO_OK)
        return rc;
    rc = fn(&tcp.stream, arg);
    return trio_combine(rc, trio_stream_close(&tcp.stream));
}

static TRIO_CHECKPOINT trio_status by_tls(struct trio_tls_context *context,
                                          const struct http_url *url,
                                          trio_handler_fn fn, void *arg)
{
    struct trio_tls_connection secure;

    trio_status rc =
        trio_tls_open(context, url->host, url->port, NULL, &secure);
    if (rc != TRIO_OK)
        return rc;
    rc = fn(&secure.tls.stream, arg);
    // By then all was said: it does not matter how the goodbye goes.
    trio_ignore(trio_stream_close(&secure.tls.stream));
    return rc;
}

trio_status http_connect(void *tls_context, const struct http_url *url,
                         trio_handler_fn fn, void *arg)
{
    if (!url->secure)
        return by_tcp(url, fn, arg);
    if (tls_context == NULL)
        return trio_fail(TRIO_ENOTSUP, "https without a context");
    return by_tls(tls_context, url, fn, arg);
}
