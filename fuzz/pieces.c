// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/pieces.h"

#include <trio/error.h>
#include <trio/task.h>

static size_t next_size(struct fuzz_pieces *pieces, size_t room)
{
    size_t size = room;

    if (pieces->size_count > 0)
        size = 1u + pieces->sizes[pieces->piece++ % pieces->size_count];
    return size < room ? size : room;
}

static TRIO_CHECKPOINT trio_status receive_some(struct trio_stream *stream,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    struct fuzz_pieces *pieces = (struct fuzz_pieces *)stream;
    trio_status rc = trio_checkpoint();

    if (rc != TRIO_OK)
        return rc;
    FUZZ_CHECK(size > 0);
    if (pieces->data.left == 0)
        return trio_fail_bare(pieces->breaks ? TRIO_EBROKEN : TRIO_EEND);
    *ret_length =
        fuzz_take_bytes(&pieces->data, buffer, next_size(pieces, size));
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status send_all(struct trio_stream *stream,
                                            const void *data, size_t size,
                                            size_t *ret_sent)
{
    (void)stream;
    (void)data;
    if (ret_sent != NULL)
        *ret_sent = size;
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status close_orderly(struct trio_stream *stream)
{
    (void)stream;
    return trio_checkpoint();
}

static void close_forcefully(struct trio_stream *stream)
{
    (void)stream;
}

void fuzz_pieces_init(struct fuzz_pieces *ret_pieces, struct fuzz_bytes data,
                      const uint8_t *sizes, size_t size_count)
{
    static const struct trio_stream_operations operations = {
        .receive_some = receive_some,
        .send_all = send_all,
        .close = close_orderly,
        .close_forcefully = close_forcefully};

    *ret_pieces = (struct fuzz_pieces){.stream = {&operations},
                                       .data = data,
                                       .sizes = sizes,
                                       .size_count = size_count};
}
