// A place in the buffers of a message.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

size_t trio_sim_message_size_(const struct trio_message *message)
{
    size_t size = 0;

    for (size_t i = 0; i < message->buffer_count; i++)
        size += message->buffers[i].size;
    return size;
}

struct cursor trio_sim_cursor_(const struct trio_message *message)
{
    return (struct cursor){message->buffers, message->buffer_count, 0};
}

// Returns how many bytes are left at the place, up to `size`.
static size_t look(struct cursor *cursor, size_t size, char **ret_at)
{
    while (cursor->count > 0 && cursor->offset == cursor->buffers->size) {
        cursor->buffers++;
        cursor->count--;
        cursor->offset = 0;
    }
    if (cursor->count == 0 || size == 0)
        return 0;
    size_t left = cursor->buffers->size - cursor->offset;
    *ret_at = (char *)cursor->buffers->data + cursor->offset;
    return left < size ? left : size;
}

size_t trio_sim_cursor_read_(struct cursor *cursor, void *data, size_t size)
{
    size_t length = 0, step;
    char *at;

    while ((step = look(cursor, size - length, &at)) > 0) {
        memcpy((char *)data + length, at, step);
        cursor->offset += step;
        length += step;
    }
    return length;
}

size_t trio_sim_cursor_write_(struct cursor *cursor, const void *data,
                              size_t size)
{
    size_t length = 0, step;
    char *at;

    while ((step = look(cursor, size - length, &at)) > 0) {
        memcpy(at, (const char *)data + length, step);
        cursor->offset += step;
        length += step;
    }
    return length;
}
