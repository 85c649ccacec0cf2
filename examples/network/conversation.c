// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/network/conversation.h"

#include <stdio.h>
#include <string.h>

trio_status converse(struct trio_stream *stream, const char *line)
{
    char sent[256], received[256], *answer;
    struct trio_writer writer;
    struct trio_reader reader;
    size_t length;

    trio_writer_init(&writer, stream, sent, sizeof(sent));
    trio_reader_init(&reader, stream, received, sizeof(received));

    trio_status rc = trio_writer_write(&writer, line, strlen(line), NULL);
    if (rc == TRIO_OK)
        rc = trio_writer_write(&writer, "\n", 1, NULL);
    if (rc == TRIO_OK)
        rc = trio_writer_flush(&writer);
    if (rc == TRIO_OK)
        rc = trio_reader_read_line(&reader, &answer, &length);
    if (rc == TRIO_OK)
        printf("%.*s\n", (int)length, answer);
    return rc;
}
