// A call first waits until its piece is whole in the buffer, and takes it only
// then, in one step that cannot fail. So a failure or a cancellation anywhere
// before leaves all that was received where it was.
//
// How long the piece is may become known on the way. A measure says how many
// bytes must be held to know more, until that is what is held: the piece.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// This file uses public headers only, as any reader of yours could.

#include <trio/reader.h>

#include <string.h>

#include <trio/error.h>
#include <trio/run.h>
#include <trio/task.h>

// What is looked for.
struct piece {
    size_t (*measure)(const struct trio_reader *reader,
                      const struct piece *piece);
    size_t length; // Of all, or of the prefix.
    char delimiter;
};

void trio_reader_init(struct trio_reader *ret_reader,
                      struct trio_stream *stream, void *buffer, size_t size)
{
    TRIO_ASSERT(size > 0);
    *ret_reader =
        (struct trio_reader){.stream = stream, .buffer = buffer, .size = size};
}

static TRIO_CHECKPOINT trio_status receive_more(struct trio_reader *reader)
{
    size_t length;

    if (reader->start > 0) {
        memmove(reader->buffer, reader->buffer + reader->start, reader->held);
        reader->start = 0;
    }
    trio_status rc =
        trio_stream_receive_some(reader->stream, reader->buffer + reader->held,
                                 reader->size - reader->held, &length);
    if (rc == TRIO_OK)
        reader->held += length;
    return rc;
}

// Receives until the piece is whole.
static TRIO_CHECKPOINT trio_status complete(struct trio_reader *reader,
                                            const struct piece *piece,
                                            size_t *ret_total)
{
    size_t total = piece->measure(reader, piece);
    trio_status rc = TRIO_OK;

    if (total <= reader->held || total > reader->size)
        trio_cancel_shielded_checkpoint(); // S14: nothing to wait for.
    while (rc == TRIO_OK && total > reader->held) {
        if (total > reader->size)
            return trio_fail(TRIO_EMSGSIZE,
                             "read a piece of more than %zu bytes",
                             reader->size);
        rc = receive_more(reader);
        total = piece->measure(reader, piece);
    }
    *ret_total = total;
    return rc;
}

static TRIO_CHECKPOINT trio_status find(struct trio_reader *reader,
                                        const struct piece *piece,
                                        size_t *ret_total)
{
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(reader, TRIO_ACCESS_ACQUIRE);
    if (reader->reading) {
        trio_cancel_shielded_checkpoint();
        return trio_fail_bare(TRIO_EBUSY);
    }
    reader->reading = true;
    rc = complete(reader, piece, ret_total);
    reader->reading = false;
    return rc;
}

static char *take(struct trio_reader *reader, size_t length)
{
    char *data = reader->buffer + reader->start;

    reader->start += length;
    reader->held -= length;
    return data;
}

static size_t measure_exactly(const struct trio_reader *reader,
                              const struct piece *piece)
{
    (void)reader;
    return piece->length;
}

static size_t measure_until(const struct trio_reader *reader,
                            const struct piece *piece)
{
    const char *data = reader->buffer + reader->start;
    const char *end = memchr(data, piece->delimiter, reader->held);

    return end != NULL ? (size_t)(end - data) + 1 : reader->held + 1;
}

static size_t measure_frame(const struct trio_reader *reader,
                            const struct piece *piece)
{
    const char *data = reader->buffer + reader->start;
    uint64_t length = 0;

    if (reader->held < piece->length || reader->size < piece->length)
        return piece->length;
    for (size_t i = 0; i < piece->length; i++)
        length = length << 8 | (unsigned char)data[i];
    if (length > reader->size - piece->length)
        return SIZE_MAX;
    return piece->length + (size_t)length;
}

trio_status trio_reader_peek(struct trio_reader *reader, size_t length,
                             char **ret_data)
{
    struct piece piece = {measure_exactly, length, 0};
    size_t total;
    trio_status rc = find(reader, &piece, &total);

    if (rc == TRIO_OK)
        *ret_data = reader->buffer + reader->start;
    return rc;
}

trio_status trio_reader_read(struct trio_reader *reader, size_t length,
                             char **ret_data)
{
    trio_status rc = trio_reader_peek(reader, length, ret_data);

    if (rc == TRIO_OK)
        take(reader, length);
    return rc;
}

trio_status trio_reader_read_until(struct trio_reader *reader, char delimiter,
                                   char **ret_data, size_t *ret_length)
{
    struct piece piece = {measure_until, 0, delimiter};
    size_t total;
    trio_status rc = find(reader, &piece, &total);

    if (rc == TRIO_OK) {
        *ret_data = take(reader, total);
        *ret_length = total - 1;
    }
    return rc;
}

trio_status trio_reader_read_line(struct trio_reader *reader, char **ret_line,
                                  size_t *ret_length)
{
    trio_status rc = trio_reader_read_until(reader, '\n', ret_line, ret_length);

    if (rc == TRIO_OK && *ret_length > 0 &&
        (*ret_line)[*ret_length - 1] == '\r')
        --*ret_length;
    return rc;
}

trio_status trio_reader_read_frame(struct trio_reader *reader, size_t prefix,
                                   char **ret_data, size_t *ret_length)
{
    struct piece piece = {measure_frame, prefix, 0};
    size_t total;

    TRIO_ASSERT(prefix >= 1 && prefix <= 8);
    trio_status rc = find(reader, &piece, &total);
    if (rc == TRIO_OK) {
        *ret_data = take(reader, total) + prefix;
        *ret_length = total - prefix;
    }
    return rc;
}

size_t trio_reader_held(const struct trio_reader *reader)
{
    return reader->held;
}
