// What is read and was not sent is read again by who goes on at `ret_sent`:
// nothing is kept between calls, so nothing can be lost.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/net/send_file.h"

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/thread.h>

#define PIECE ((size_t)64 * 1024)

struct piece {
    const struct trio_world *world;
    trio_handle file;
    uint64_t offset;
    void *buffer;
    size_t size;
    size_t length;
    int error;
};

static trio_status read_piece(void *arg)
{
    struct piece *piece = arg;
    const struct trio_world *world = piece->world;

    if (piece->offset > INT64_MAX)
        return TRIO_EEND;
    return world->net->read_file(world->context, piece->file,
                                 (int64_t)piece->offset, piece->buffer,
                                 piece->size, &piece->length, &piece->error);
}

static TRIO_CHECKPOINT trio_status copy(struct trio_stream *stream,
                                        struct piece *piece, uint64_t length,
                                        uint64_t *ret_sent)
{
    uint64_t begun = piece->offset;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && *ret_sent < length) {
        uint64_t rest = length - *ret_sent;
        size_t sent = 0;
        piece->offset = begun + *ret_sent;
        piece->size = rest < PIECE ? (size_t)rest : PIECE;
        piece->error = 0;
        rc = trio_thread_run(NULL, read_piece, piece);
        if (rc != TRIO_OK && piece->error != 0)
            return trio_fail_os(rc, piece->error, "read from file %lld",
                                (long long)piece->file);
        if (rc == TRIO_OK)
            rc = trio_stream_send_all(stream, piece->buffer, piece->length,
                                      &sent);
        *ret_sent += sent;
    }
    return rc;
}

trio_status trio_send_file_by_copy_(struct trio_stream *stream,
                                    trio_handle file, uint64_t offset,
                                    uint64_t length, uint64_t *ret_sent)
{
    const struct trio_memory *memory = trio_run_memory();
    struct piece piece = {
        .world = trio_run_world(), .file = file, .offset = offset};
    trio_status rc = trio_stream_send_all(stream, NULL, 0, NULL);

    if (rc != TRIO_OK) // Nothing is read for a stream that does not send.
        return rc;
    piece.buffer = memory->allocate(memory->context, PIECE);
    if (piece.buffer == NULL)
        return trio_fail_bare(TRIO_ENOMEM);
    rc = copy(stream, &piece, length, ret_sent);
    memory->release(memory->context, piece.buffer, PIECE);
    return rc;
}

trio_status trio_stream_send_file(struct trio_stream *stream, trio_handle file,
                                  uint64_t offset, uint64_t length,
                                  uint64_t *ret_sent)
{
    uint64_t sent;

    if (ret_sent == NULL)
        ret_sent = &sent;
    *ret_sent = 0;
    if (stream->operations->send_file != NULL)
        return stream->operations->send_file(stream, file, offset, length,
                                             ret_sent);
    return trio_send_file_by_copy_(stream, file, offset, length, ret_sent);
}
