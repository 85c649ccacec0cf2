// Pieces are cut from chunks, each twice as large as the one before, so that
// few calls are made however long the search.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/history/arena.h"

#include <string.h>

enum { CHUNK_AT_FIRST = 4096, CHUNK_MAX = 4 << 20, ALIGNMENT = 16 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size; // All of it.
    size_t used; // From its first byte.
};

enum {
    HEADER =
        (sizeof(struct arena_chunk) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT
};

static bool grow(struct arena *arena, size_t size)
{
    size_t chunk_size =
        arena->chunk == NULL ? CHUNK_AT_FIRST : 2 * arena->chunk->size;

    if (chunk_size > CHUNK_MAX)
        chunk_size = CHUNK_MAX;
    if (chunk_size < size + HEADER)
        chunk_size = size + HEADER;
    struct arena_chunk *chunk =
        arena->memory->allocate(arena->memory->context, chunk_size);
    if (chunk == NULL)
        return false;
    *chunk = (struct arena_chunk){arena->chunk, chunk_size, HEADER};
    arena->chunk = chunk;
    return true;
}

void *trio_history_arena_take_(struct arena *arena, size_t count, size_t size)
{
    if (count > SIZE_MAX / 2 / size)
        return NULL;
    size = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if ((arena->chunk == NULL ||
         size > arena->chunk->size - arena->chunk->used) &&
        !grow(arena, size))
        return NULL;
    unsigned char *piece = (unsigned char *)arena->chunk + arena->chunk->used;
    arena->chunk->used += size;
    return memset(piece, 0, size);
}

void trio_history_arena_end_(struct arena *arena)
{
    struct arena_chunk *next;

    for (struct arena_chunk *chunk = arena->chunk; chunk != NULL;
         chunk = next) {
        next = chunk->next;
        arena->memory->release(arena->memory->context, chunk, chunk->size);
    }
    arena->chunk = NULL;
}
