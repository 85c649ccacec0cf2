// A buffer: bytes that are added at its end and taken from its front.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_BUFFER_H
#define EXAMPLES_KV_SERVER_BUFFER_H

#include <trio/status.h>

#include "examples/kv_server/bytes.h"

// A `kv_buffer` grows as it needs, up to a limit. Once it could not, it takes
// nothing any more, so that whoever adds to it may look at `failure` only in
// the end. Its memory is the run's.
struct kv_buffer {
    char *data;
    size_t size;         // Of the block at `data`.
    size_t start;        // Of the bytes that it holds.
    size_t held;         // Bytes.
    size_t limit;        // The most it may hold.
    trio_status failure; // TRIO_EMSGSIZE: the limit. TRIO_ENOMEM.
};

// Makes an empty one, without a block.
void kv_buffer_init(struct kv_buffer *ret_buffer, size_t limit);

// Gives its block back.
void kv_buffer_free(struct kv_buffer *buffer);

// Makes room for `size` bytes in one piece after those it holds, and returns
// the place, or NULL, having failed.
char *kv_buffer_make_room(struct kv_buffer *buffer, size_t size);

// Returns how many bytes its block has behind those it holds.
static inline size_t kv_buffer_room(const struct kv_buffer *buffer)
{
    return buffer->size - buffer->start - buffer->held;
}

// Returns the first of the bytes that it holds.
static inline char *kv_buffer_first(const struct kv_buffer *buffer)
{
    return buffer->data + buffer->start;
}

// Returns where `size` bytes may be written; they count once they are added to
// `held`. NULL: it has failed.
static inline char *kv_buffer_reserve(struct kv_buffer *buffer, size_t size)
{
    if (buffer->failure == TRIO_OK && kv_buffer_room(buffer) >= size &&
        buffer->limit - buffer->held >= size)
        return kv_buffer_first(buffer) + buffer->held;
    return kv_buffer_make_room(buffer, size);
}

// Adds bytes, unless it has failed or does so now.
static inline void kv_buffer_add(struct kv_buffer *buffer, const void *data,
                                 size_t size)
{
    char *place = kv_buffer_reserve(buffer, size);

    if (place == NULL)
        return;
    memcpy(place, data, size);
    buffer->held += size;
}

// Takes bytes away from the front. An empty buffer that had to grow large gives
// its block back.
void kv_buffer_take(struct kv_buffer *buffer, size_t size);

#endif // EXAMPLES_KV_SERVER_BUFFER_H
