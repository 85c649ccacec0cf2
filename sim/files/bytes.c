// What a file holds: one block, of twice the size when it is too small.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/files/files.h"

enum { BYTES_FIRST = 64 };

static bool make_room(struct pool *pool, struct bytes *bytes, size_t length)
{
    size_t max = bytes->max == 0 ? BYTES_FIRST : bytes->max;

    if (length <= bytes->max)
        return true;
    while (max < length)
        max *= 2;
    char *data = trio_sim_pool_take_(pool, max);
    if (data == NULL)
        return false;
    if (bytes->length > 0)
        memcpy(data, bytes->data, bytes->length);
    if (bytes->data != NULL)
        trio_sim_pool_give_(pool, bytes->data, bytes->max);
    bytes->data = data;
    bytes->max = max;
    return true;
}

bool trio_sim_bytes_resize_(struct pool *pool, struct bytes *bytes,
                            size_t length)
{
    if (!make_room(pool, bytes, length))
        return false;
    if (length > bytes->length)
        memset(bytes->data + bytes->length, 0, length - bytes->length);
    bytes->length = length;
    return true;
}

bool trio_sim_bytes_write_(struct pool *pool, struct bytes *bytes,
                           size_t offset, const char *data, size_t size)
{
    size_t end = offset + size;

    if (end > bytes->length && !trio_sim_bytes_resize_(pool, bytes, end))
        return false;
    memcpy(bytes->data + offset, data, size);
    return true;
}

void trio_sim_bytes_free_(struct pool *pool, struct bytes *bytes)
{
    if (bytes->data != NULL)
        trio_sim_pool_give_(pool, bytes->data, bytes->max);
    *bytes = (struct bytes){.data = NULL};
}
