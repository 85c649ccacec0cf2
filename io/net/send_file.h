// Sending a file over any stream.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_SEND_FILE_H
#define TRIO_IO_NET_SEND_FILE_H

#include <trio/stream.h>

// Reads the file in threads, a piece at a time, and sends that. `*ret_sent` is
// what was sent before, and counts on.
TRIO_CHECKPOINT trio_status trio_send_file_by_copy_(struct trio_stream *stream,
                                                    trio_handle file,
                                                    uint64_t offset,
                                                    uint64_t length,
                                                    uint64_t *ret_sent);

#endif // TRIO_IO_NET_SEND_FILE_H
