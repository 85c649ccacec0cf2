// SPDX-License-Identifier: MIT OR Apache-2.0
// The echo server of the examples: a task for each connection, which reads and
// writes as if it were alone.

#include "bench/echo.h"
#include "bench/ours.h"

static TRIO_CHECKPOINT trio_status echo(struct trio_stream *stream)
{
    char buffer[ECHO_BUFFER];
    size_t length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, buffer, sizeof buffer,
                                          &length)) == TRIO_OK) {
        rc = trio_stream_send_all(stream, buffer, length, NULL);
        if (rc != TRIO_OK)
            break;
    }
    return rc;
}

void ours_serve_echo(int report, int connections)
{
    ours_serve(report, connections, NULL, echo);
}
