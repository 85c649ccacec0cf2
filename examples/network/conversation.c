// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/network/conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool read_port(const char *text, uint16_t *ret_port)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    *ret_port = (uint16_t)number;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' &&
           number <= UINT16_MAX;
}

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
