// SPDX-License-Identifier: MIT OR Apache-2.0
// trio_stream_send_file, by the same protocol.

#include "bench/ours.h"
#include "bench/file/file.h"

static TRIO_CHECKPOINT trio_status send_files(struct trio_stream *stream)
{
    char order;
    size_t length;
    trio_status rc;

    while ((rc = trio_stream_receive_some(stream, &order, 1, &length)) ==
           TRIO_OK) {
        rc = trio_stream_send_file(stream, file.descriptor, 0, file.size, NULL);
        if (rc != TRIO_OK)
            break;
    }
    return rc;
}

void ours_serve_file(int report, int connections)
{
    ours_serve(report, connections, NULL, send_files);
}
