// What is held lies in one piece:
//
//     block:  | taken | held         | room |
//             0       start          start + held
//
// Room is made by moving that to the front if at least as much was taken from
// there since, and by a larger block if not: so each byte is moved a constant
// number of times.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/buffer.h"

#include <trio/backend.h>

#define SIZE_MIN (16 * 1024)
#define KEPT_MAX (64 * 1024) // What an empty buffer may hold on to.

void kv_buffer_init(struct kv_buffer *ret_buffer, size_t limit)
{
    *ret_buffer = (struct kv_buffer){.limit = limit};
}

void kv_buffer_free(struct kv_buffer *buffer)
{
    const struct trio_memory *memory = trio_run_memory();

    if (buffer->data != NULL)
        memory->release(memory->context, buffer->data, buffer->size);
    buffer->data = NULL;
    buffer->size = buffer->start = buffer->held = 0;
}

static char *fail(struct kv_buffer *buffer, trio_status rc)
{
    buffer->failure = rc;
    return NULL;
}

// Puts what is held into a block of `size` bytes.
static bool move_to(struct kv_buffer *buffer, size_t size)
{
    const struct trio_memory *memory = trio_run_memory();
    char *data = memory->allocate(memory->context, size);
    size_t held = buffer->held;

    if (data == NULL)
        return false;
    if (held > 0)
        memcpy(data, kv_buffer_first(buffer), held);
    kv_buffer_free(buffer);
    buffer->data = data;
    buffer->size = size;
    buffer->held = held;
    return true;
}

char *kv_buffer_make_room(struct kv_buffer *buffer, size_t size)
{
    size_t needed = buffer->held + size;
    size_t block = buffer->size > SIZE_MIN ? buffer->size : SIZE_MIN;

    if (buffer->failure != TRIO_OK)
        return NULL;
    if (size > buffer->limit || needed > buffer->limit)
        return fail(buffer, TRIO_EMSGSIZE);
    if (needed <= buffer->size && buffer->start >= buffer->held) {
        memcpy(buffer->data, kv_buffer_first(buffer), buffer->held);
        buffer->start = 0;
        return buffer->data + buffer->held;
    }
    while (block < needed || block == buffer->size)
        block *= 2;
    if (!move_to(buffer, block))
        return fail(buffer, TRIO_ENOMEM);
    return kv_buffer_first(buffer) + buffer->held;
}

void kv_buffer_take(struct kv_buffer *buffer, size_t size)
{
    buffer->start += size;
    buffer->held -= size;
    if (buffer->held > 0)
        return;
    buffer->start = 0;
    if (buffer->size > KEPT_MAX)
        kv_buffer_free(buffer);
}
