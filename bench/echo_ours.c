// SPDX-License-Identifier: MIT OR Apache-2.0
// The echo server of the examples: a task for each connection, which reads and
// writes as if it were alone.

#include "bench/echo.h"

#include <trio/trio.h>

#include "bench/meter.h"

struct service {
    struct trio_server server;
    int report;
    int connections; // Still to come, or to end.
};

static TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream, void *arg)
{
    struct service *service = arg;
    char buffer[ECHO_BUFFER];
    size_t length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, buffer, sizeof buffer,
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(stream, buffer, length, NULL);
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
    struct trio_tcp_listener listener;
    struct trio_address address;
    trio_status rc = trio_address_parse("127.0.0.1:0", &address);

    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&address, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    server_report(service->report, listener.address.port);
    return trio_serve(&service->server, &listener, 1, NULL, echo, service);
}

void ours_serve_echo(int report, int connections)
{
    struct service service = {
        .server = TRIO_SERVER_INIT,
        .report = report,
        .connections = connections,
    };

    if (trio_run(program, &service) != TRIO_OK)
        meter_give_up("trio_run");
}
