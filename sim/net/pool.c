// Memory of the network: blocks of sizes that are powers of two, of which the
// one that was given back last is taken first. A run begins with all of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

enum { BLOCK_MIN_LOG = 5, CHUNK_SIZE = 1 << 20 };

struct pool_chunk {
    struct pool_chunk *next;
    size_t used;
    size_t size;
    size_t reserved[5]; // The rest is aligned to a line of the cache.
};

struct free_block {
    struct free_block *next;
};

static int class_of(size_t size)
{
    if (size <= (size_t)1 << BLOCK_MIN_LOG)
        return 0;
    return 64 - __builtin_clzll((unsigned long long)size - 1) - BLOCK_MIN_LOG;
}

static struct pool_chunk *add_chunk(struct pool *pool, size_t wanted)
{
    size_t size = wanted > CHUNK_SIZE ? wanted : CHUNK_SIZE;
    struct pool_chunk *chunk = pool->base.allocate(pool->base.context, size);

    if (chunk == NULL)
        return NULL;
    *chunk = (struct pool_chunk){.size = size};
    if (pool->chunk == NULL) {
        chunk->next = pool->chunks;
        pool->chunks = chunk;
    } else {
        chunk->next = pool->chunk->next;
        pool->chunk->next = chunk;
    }
    return chunk;
}

static void *carve(struct pool *pool, size_t size)
{
    size_t wanted = sizeof(struct pool_chunk) + size;
    struct pool_chunk *chunk = pool->chunk;

    if (chunk == NULL || chunk->size - chunk->used < size) {
        chunk = chunk == NULL ? pool->chunks : chunk->next;
        if (chunk == NULL || chunk->size < wanted)
            chunk = add_chunk(pool, wanted);
        if (chunk == NULL)
            return NULL;
        chunk->used = sizeof(*chunk);
        pool->chunk = chunk;
    }
    void *block = (char *)chunk + chunk->used;
    chunk->used += size;
    return block;
}

void *trio_sim_pool_take_(struct pool *pool, size_t size)
{
    int class = class_of(size);
    struct free_block *link;

    if (class >= POOL_CLASSES)
        return NULL;
    link = pool->free[class];
    if (link == NULL)
        return carve(pool, (size_t)1 << (class + BLOCK_MIN_LOG));
    pool->free[class] = link->next;
    return link;
}

void trio_sim_pool_give_(struct pool *pool, void *block, size_t size)
{
    struct free_block *link = block;
    int class = class_of(size);

    link->next = pool->free[class];
    pool->free[class] = link;
}

void trio_sim_pool_reset_(struct pool *pool)
{
    pool->chunk = NULL;
    __builtin_memset(pool->free, 0, sizeof(pool->free));
}

void trio_sim_pool_end_(struct pool *pool)
{
    while (pool->chunks != NULL) {
        struct pool_chunk *chunk = pool->chunks;
        pool->chunks = chunk->next;
        pool->base.release(pool->base.context, chunk, chunk->size);
    }
}
