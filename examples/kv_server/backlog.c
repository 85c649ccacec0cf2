// A ring: the byte at an offset lies at the rest of it by `size`.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/backlog.h"

#include <trio/base.h>

bool kv_backlog_open(struct kv_backlog *ret_backlog, size_t size,
                     uint64_t offset)
{
    const struct trio_memory *memory = trio_run_memory();
    char *data = memory->allocate(memory->context, size);

    if (data != NULL)
        *ret_backlog = (struct kv_backlog){memory, data, size, offset, offset};
    return data != NULL;
}

void kv_backlog_close(struct kv_backlog *backlog)
{
    if (backlog->data != NULL)
        backlog->memory->release(backlog->memory->context, backlog->data,
                                 backlog->size);
    backlog->data = NULL;
}

// Adds what fits up to the end of the room; returns how much.
static size_t add_piece(struct kv_backlog *backlog, const char *data,
                        size_t size)
{
    size_t place = (size_t)(backlog->end % backlog->size);
    size_t room = backlog->size - place;
    size_t piece = size < room ? size : room;

    memcpy(backlog->data + place, data, piece);
    backlog->end += piece;
    if (backlog->end - backlog->begin > backlog->size)
        backlog->begin = backlog->end - backlog->size;
    return piece;
}

void kv_backlog_add(struct kv_backlog *backlog, const void *data, size_t size)
{
    const char *from = data;

    while (size > 0) {
        size_t added = add_piece(backlog, from, size);
        from += added;
        size -= added;
    }
}

struct kv_bytes kv_backlog_read(const struct kv_backlog *backlog,
                                uint64_t offset, size_t most)
{
    TRIO_ASSERT(kv_backlog_holds(backlog, offset));
    size_t place = (size_t)(offset % backlog->size);
    size_t length = (size_t)(backlog->end - offset);

    if (length > backlog->size - place)
        length = backlog->size - place;
    return (struct kv_bytes){backlog->data + place,
                             length < most ? length : most};
}
