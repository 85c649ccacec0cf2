// Misuse of streams.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <fcntl.h>

#include <trio/descriptor_stream.h>

#include "tests/misuse/misuse.h"

static TRIO_CHECKPOINT trio_status receive(void *arg)
{
    struct trio_descriptor_stream *file = arg;
    char byte;
    size_t length;

    return trio_stream_receive_some(&file->stream, &byte, 1, &length);
}

// misuse: gave back a file that a thread is in
//   in task 1 "main"
//   object
INSIDE(giving_back_a_file_that_is_read)
{
    struct trio_descriptor_stream file;
    struct trio_nursery nursery;

    trio_status rc = trio_descriptor_stream_open(
        open("/proc/self/exe", O_RDONLY), &file);
    trio_nursery_open(&nursery);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, receive, &file);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    trio_handle handle = trio_descriptor_stream_release(&file);
    rc = trio_nursery_close(&nursery, rc);
    return handle == TRIO_HANDLE_NONE ? TRIO_EBADHANDLE : rc;
}
