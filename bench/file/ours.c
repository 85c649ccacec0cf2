// SPDX-License-Identifier: MIT OR Apache-2.0
// trio_stream_send_file, by the same protocol.

#include <trio/trio.h>

#include "bench/file/file.h"
#include "bench/meter.h"

static TRIO_CHECKPOINT trio_status send_files(struct trio_stream *stream)
{
    char order;
    size_t length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, &order, 1, &length)) ==
           TRIO_OK) {
        rc = trio_stream_send_file(stream, file.descriptor, 0, file.size, NULL);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status serve(struct trio_stream *stream, void *arg)
{
    struct trio_server *server = arg;
    trio_status rc = send_files(stream);

    trio_serve_stop(server, TRIO_SECOND);
    return rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct trio_server server = TRIO_SERVER_INIT;
    struct trio_tcp_listener listener;
    struct trio_address address;
    trio_status rc = trio_address_parse("127.0.0.1:0", &address);

    if (rc == TRIO_OK)
        rc = trio_tcp_listen(&address, NULL, &listener);
    if (rc != TRIO_OK)
        return rc;
    server_report(*(const int *)arg, listener.address.port);
    return trio_serve(&server, &listener, 1, NULL, serve, &server);
}

void ours_serve_file(int report, int connections)
{
    (void)connections;
    if (trio_run(program, &report) != TRIO_OK)
        meter_give_up("trio_run");
}
