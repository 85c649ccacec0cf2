// SPDX-License-Identifier: MIT OR Apache-2.0
// A TLS listener that is served as any other: a task for each connection.

#include "bench/ours.h"
#include "bench/meter.h"
#include "bench/tls/tls.h"

static char piece[TLS_PIECE];

static TRIO_CHECKPOINT trio_status send_block(struct trio_stream *stream)
{
    trio_status rc = TRIO_OK;

    for (int left = TLS_BLOCK; left > 0 && rc == TRIO_OK; left -= TLS_PIECE)
        rc = trio_stream_send_all(stream, piece, TLS_PIECE, NULL);
    return rc;
}

static TRIO_CHECKPOINT trio_status receive_block(struct trio_stream *stream)
{
    trio_status rc = TRIO_OK;
    size_t length = 0;

    for (size_t left = TLS_BLOCK; left > 0 && rc == TRIO_OK; left -= length)
        rc = trio_stream_receive_some(
            stream, piece, left < TLS_PIECE ? left : TLS_PIECE, &length);
    return rc;
}

static TRIO_CHECKPOINT trio_status do_order(struct trio_stream *stream,
                                            char order)
{
    if (order == TLS_ORDER_SEND)
        return send_block(stream);
    trio_status rc =
        order == TLS_ORDER_RECEIVE ? receive_block(stream) : TRIO_OK;
    return rc == TRIO_OK ? trio_stream_send_all(stream, piece, 1, NULL) : rc;
}

static TRIO_CHECKPOINT trio_status do_orders(struct trio_stream *stream)
{
    size_t length;
    char order;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, &order, 1, &length)) ==
           TRIO_OK) {
        rc = do_order(stream, order);
        if (rc != TRIO_OK)
            break;
    }
    return rc;
}

void ours_serve_tls(int report, int connections)
{
    struct trio_tls_context context;

    if (trio_tls_server_context_open(NULL, &context) != TRIO_OK)
        meter_give_up("context");
    tls_use_identity(context.ssl_ctx);
    ours_serve(report, connections, &context, do_orders);
    trio_tls_context_close(&context);
}
