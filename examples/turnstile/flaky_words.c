// What is said of a visitor, over a connection of its own.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/turnstile/turnstile.h"

#include <string.h>

// As it lies in memory: both ends are the same program.
struct message {
    uint32_t turnstile;
};

trio_status say_visitor(struct trio_stream *stream,
                        const struct turnstile *turnstile)
{
    struct message message = {turnstile->number};
    char answer;
    size_t length;

    trio_status rc =
        trio_stream_send_all(stream, &message, sizeof(message), NULL);
    if (rc == TRIO_OK)
        rc = trio_stream_receive_some(stream, &answer, 1, &length);
    return rc;
}

trio_status hear_visitor(struct trio_stream *stream, struct tally *tally)
{
    struct message message;
    struct trio_reader reader;
    char buffer[sizeof(message)], *data;

    trio_reader_init(&reader, stream, buffer, sizeof(buffer));
    trio_status rc = trio_reader_read(&reader, sizeof(message), &data);
    if (rc != TRIO_OK)
        return rc;
    memcpy(&message, data, sizeof(message));
    if (message.turnstile >= TURNSTILES_MAX)
        return TRIO_EPROTOCOL;
    tally->visitors[message.turnstile]++;
    return trio_stream_send_all(stream, "k", 1, NULL);
}
