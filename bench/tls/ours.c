// SPDX-License-Identifier: MIT OR Apache-2.0
// A TLS listener that is served as any other: a task for each connection.

#include <trio/tls_listener.h>
#include <trio/trio.h>

#include "bench/meter.h"
#include "bench/tls/tls.h"

struct service {
    struct trio_server server;
    struct trio_tls_context context;
    int report;
    int connections; // Still to come, or to end.
};

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

static TRIO_CHECKPOINT trio_status serve_one(struct trio_stream *stream,
                                             void *arg)
{
    struct service *service = arg;
    size_t length;
    char order;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, &order, 1, &length)) ==
           TRIO_OK) {
        rc = do_order(stream, order);
        if (rc != TRIO_OK)
            break;
    }
    if (--service->connections == 0)
        trio_serve_stop(&service->server, TRIO_SECOND);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct service *service = arg;
    struct trio_tcp_listener tcp;
    struct trio_tls_listener over_tls;
    struct trio_listener *listener = &over_tls.listener;
    struct trio_address address;
    trio_status rc = trio_address_parse("127.0.0.1:0", &address);

    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&address, NULL, &tcp);
    if (rc != TRIO_OK)
        return rc;
    trio_tls_listener_init(&over_tls, &service->context, &tcp.listener);
    server_report(service->report, tcp.address.port);
    return trio_serve_listeners(&service->server, &listener, 1, NULL, serve_one,
                                service);
}

void ours_serve_tls(int report, int connections)
{
    struct service service = {
        .server = TRIO_SERVER_INIT,
        .report = report,
        .connections = connections,
    };

    if (trio_tls_server_context_open(NULL, &service.context) != TRIO_OK)
        meter_give_up("context");
    tls_use_identity(service.context.ssl_ctx);
    if (trio_run(program, &service) != TRIO_OK)
        meter_give_up("trio_run");
    trio_tls_context_close(&service.context);
}
