// A run's memory is cut from chunks that are kept, and a new run has all of it
// again: nothing is asked of the system, and a run that was given up needs no
// clean-up.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Blocks are of sizes that are powers of two, and the one that was given back
// last is taken first. Which requests get the same block therefore depends on
// the run alone, wherever its memory lies. Larger blocks come from the base;
// those that are left are given back when the next run begins. Under a memory
// sanitizer all blocks and stacks come from the base, which tells it of them.

#include "sim/kernel/memory.h"

#include "sim/internal.h"

enum {
    CHUNK_SIZE = 1 << 20,
    BLOCK_MIN_LOG = 4,
    BLOCK_MAX = 1 << (BLOCK_MIN_LOG + MEMORY_CLASSES - 1)
};

struct sim_chunk {
    struct sim_chunk *next;
    size_t used;
    size_t reserved[6]; // The rest is aligned to a line of the cache.
};

// Before a block of the base's.
struct sim_block {
    struct sim_block *next;
    struct sim_block *previous;
    size_t size;
    size_t reserved;
};

struct link {
    struct link *next;
};

// ---- Blocks ----

static int class_of(size_t size)
{
    return trio_sim_logarithm_(size, BLOCK_MIN_LOG) - BLOCK_MIN_LOG;
}

static void *take_large(struct sim_memory *memory, size_t size)
{
    struct sim_block *block =
        size > SIZE_MAX - sizeof(*block)
            ? NULL
            : trio_sim_base_allocate_(memory, sizeof(*block) + size);

    if (block == NULL)
        return NULL;
    block->size = size;
    block->previous = NULL;
    block->next = memory->large;
    if (block->next != NULL)
        block->next->previous = block;
    memory->large = block;
    return block + 1;
}

static void give_large(struct sim_memory *memory, void *memory_of_block)
{
    struct sim_block *block = (struct sim_block *)memory_of_block - 1;

    if (block->previous == NULL)
        memory->large = block->next;
    else
        block->previous->next = block->next;
    if (block->next != NULL)
        block->next->previous = block->previous;
    trio_sim_base_release_(memory, block, sizeof(*block) + block->size);
}

// Moves on to a chunk that is empty.
static bool next_chunk(struct sim_memory *memory)
{
    struct sim_chunk *chunk =
        memory->chunk == NULL ? memory->chunks : memory->chunk->next;

    if (chunk == NULL) {
        chunk = trio_sim_base_allocate_(memory, CHUNK_SIZE);
        if (chunk == NULL)
            return false;
        chunk->next = NULL;
        if (memory->chunk == NULL)
            memory->chunks = chunk;
        else
            memory->chunk->next = chunk;
    }
    chunk->used = sizeof(*chunk) + memory->shift;
    memory->chunk = chunk;
    return true;
}

static void *carve(struct sim_memory *memory, size_t size)
{
    if (memory->chunk == NULL || CHUNK_SIZE - memory->chunk->used < size) {
        if (!next_chunk(memory))
            return NULL;
    }
    struct sim_chunk *chunk = memory->chunk;
    char *block = (char *)chunk + chunk->used;
    chunk->used += size;
    if (memory->downwards)
        block = (char *)chunk + sizeof(*chunk) + (CHUNK_SIZE - chunk->used);
    return block;
}

static void *take_small(struct sim_memory *memory, size_t size)
{
    int class = class_of(size);
    struct link *link = memory->free[class];

    if (link == NULL)
        return carve(memory, (size_t)1 << (class + BLOCK_MIN_LOG));
    memory->free[class] = link->next;
    return link;
}

static bool is_large(size_t size)
{
    return TRIO_SIM_EACH_FROM_BASE_ || size > BLOCK_MAX;
}

static void *allocate(void *context, size_t size)
{
    struct sim_memory *memory = context;

    if (memory->fails(memory->watcher, "allocate"))
        return NULL;
    void *block =
        is_large(size) ? take_large(memory, size) : take_small(memory, size);
    if (block == NULL)
        return NULL;
    memory->blocks++;
    if (*memory->has_hosts)
        memory->took(memory->watcher, block, size);
    if (memory->junk != 0)
        __builtin_memset(block, memory->junk, size);
    return block;
}

static void release(void *context, void *block, size_t size)
{
    struct sim_memory *memory = context;

    memory->blocks--;
    if (*memory->has_hosts)
        memory->gave(memory->watcher, block);
    if (is_large(size)) {
        give_large(memory, block);
        return;
    }
    struct link *link = block;
    int class = class_of(size);
    link->next = memory->free[class];
    memory->free[class] = link;
}

// ---- All of it ----

trio_status trio_sim_memory_begin_(struct sim_memory *memory,
                                   const struct trio_memory *base)
{
    struct trio_memory *platform = &memory->platform;

    *memory = (struct sim_memory){.platform = *base};
    trio_status rc = base->begin == NULL ? TRIO_OK : platform->begin(platform);
    memory->base = trio_sim_memory_platform_(memory);
    return rc;
}

void trio_sim_memory_reset_(struct sim_memory *memory)
{
    while (memory->large != NULL)
        give_large(memory, memory->large + 1);
    for (size_t i = 0; i < MEMORY_CLASSES; i++)
        memory->free[i] = NULL;
    memory->chunk = NULL;
    memory->blocks = 0;
    trio_sim_stacks_reset_(memory);
}

void trio_sim_memory_end_(struct sim_memory *memory)
{
    trio_sim_memory_reset_(memory);
    trio_sim_stacks_end_(memory);
    while (memory->chunks != NULL) {
        struct sim_chunk *chunk = memory->chunks;
        memory->chunks = chunk->next;
        trio_sim_base_release_(memory, chunk, CHUNK_SIZE);
    }
    if (memory->platform.end != NULL)
        memory->platform.end(&memory->platform);
}

struct trio_memory trio_sim_memory_of_(struct sim_memory *memory)
{
    struct trio_memory ret = trio_sim_stacks_of_(memory);

    ret.allocate = allocate;
    ret.release = release;
    return ret;
}
