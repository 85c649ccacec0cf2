// Each byte that was taken is either sent or held, and never both: a send says
// how much of it the stream has, also when it fails, and so much leaves the
// buffer.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// This file uses public headers only, as any writer of yours could.

#include <trio/writer.h>

#include <string.h>

#include <trio/error.h>
#include <trio/run.h>
#include <trio/task.h>

void trio_writer_init(struct trio_writer *ret_writer,
                      struct trio_stream *stream, void *buffer, size_t size)
{
    TRIO_ASSERT(size > 0);
    *ret_writer =
        (struct trio_writer){.stream = stream, .buffer = buffer, .size = size};
}

static TRIO_CHECKPOINT trio_status begin(struct trio_writer *writer)
{
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(writer, TRIO_ACCESS_WRITE);
    if (writer->writing) {
        trio_cancel_shielded_checkpoint();
        return trio_fail_bare(TRIO_EBUSY);
    }
    writer->writing = true;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status send_held(struct trio_writer *writer)
{
    size_t sent = 0;
    trio_status rc = trio_stream_send_all(
        writer->stream, writer->buffer + writer->start, writer->held, &sent);

    writer->held -= sent;
    writer->start = writer->held > 0 ? writer->start + sent : 0;
    return rc;
}

// Holds as much as there is room for, and returns that.
static size_t hold(struct trio_writer *writer, const char *data, size_t size)
{
    size_t room = writer->size - writer->start - writer->held;
    size_t length = size < room ? size : room;

    if (length > 0)
        memcpy(writer->buffer + writer->start + writer->held, data, length);
    writer->held += length;
    return length;
}

// Makes room, by sending the data itself where none is held before it.
static TRIO_CHECKPOINT trio_status make_way(struct trio_writer *writer,
                                            const char *data, size_t size,
                                            size_t *sent)
{
    *sent = 0;
    if (writer->held > 0)
        return send_held(writer);
    return trio_stream_send_all(writer->stream, data, size, sent);
}

trio_status trio_writer_write(struct trio_writer *writer, const void *data,
                              size_t size, size_t *ret_written)
{
    const char *bytes = data;
    size_t written = 0, sent;
    bool waited = false;
    trio_status rc = begin(writer);

    if (ret_written != NULL)
        *ret_written = 0;
    if (rc != TRIO_OK)
        return rc;
    while (rc == TRIO_OK && written < size) {
        size_t left = size - written;
        if (writer->held > 0 || left < writer->size)
            written += hold(writer, bytes + written, left);
        left = size - written;
        if (left == 0)
            break;
        waited = true;
        rc = make_way(writer, bytes + written, left, &sent);
        written += sent;
    }
    if (!waited)
        trio_cancel_shielded_checkpoint(); // S14
    writer->writing = false;
    if (ret_written != NULL)
        *ret_written = written;
    return rc;
}

trio_status trio_writer_flush(struct trio_writer *writer)
{
    trio_status rc = begin(writer);

    if (rc != TRIO_OK)
        return rc;
    if (writer->held > 0)
        rc = send_held(writer);
    else
        trio_cancel_shielded_checkpoint(); // S14
    writer->writing = false;
    return rc;
}

size_t trio_writer_held(const struct trio_writer *writer)
{
    return writer->held;
}
