// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/ours.h"

#include "bench/meter.h"
#include "bench/server.h"

struct service {
    struct trio_server server;
    struct trio_tls_context *tls;
    ours_talk talk;
    int report;
    int connections; // Still to come, or to end.
};

static TRIO_CHECKPOINT trio_status serve_one(struct trio_stream *stream,
                                             void *arg)
{
    struct service *service = arg;
    trio_status rc = service->talk(stream);

    if (--service->connections == 0)
        trio_serve_stop(&service->server, TRIO_SECOND);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status serve_all(void *arg)
{
    struct service *service = arg;
    struct trio_tcp_listener tcp;
    struct trio_tls_listener over_tls;
    struct trio_listener *listener = &tcp.listener;
    struct trio_address address;
    trio_status rc = trio_address_parse("127.0.0.1:0", &address);

    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&address, NULL, &tcp);
    if (rc != TRIO_OK)
        return rc;
    if (service->tls != NULL) {
        trio_tls_listener_init(&over_tls, service->tls, listener);
        listener = &over_tls.listener;
    }
    server_report(service->report, tcp.address.port);
    return trio_serve_listeners(&service->server, &listener, 1, NULL, serve_one,
                                service);
}

void ours_serve(int report, int connections, struct trio_tls_context *tls,
                ours_talk talk)
{
    struct service service = {
        .server = TRIO_SERVER_INIT,
        .tls = tls,
        .talk = talk,
        .report = report,
        .connections = connections,
    };

    if (trio_run(serve_all, &service) != TRIO_OK)
        meter_give_up("trio_run");
}
