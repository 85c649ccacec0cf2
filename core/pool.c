// A pool hands out objects of one size and never moves them.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Slabs grow geometrically, so that a small program stays small and a large one
// makes few. The object that was given back last is taken first: it is still in
// the cache. Slabs are kept until the run ends, which bounds a run's memory by
// its peak.

#include "core/pool.h"
#include "core/base.h"
#include "core/run.h"

#define SLAB_COUNT_MAX 1024

struct pool_slab {
    struct pool_slab *next;
    size_t size; // In bytes, this header included.
};

struct pool_link {
    struct pool_link *next;
};

void *trio_allocate_for_all_(struct trio_run *run, size_t size)
{
    const struct trio_memory *memory = &run->config.memory;
    struct trio_task *current = run->current;

    run->current = NULL; // Or it would be in that one's realm.
    void *block = memory->allocate(memory->context, size);
    run->current = current;
    return block;
}

static __attribute__((noinline)) bool grow(struct trio_run *run,
                                           struct pool *pool)
{
    size_t size =
        sizeof(struct pool_slab) + CACHE_LINE + pool->size * pool->slab_count;

    struct pool_slab *slab = trio_allocate_for_all_(run, size);
    if (slab == NULL)
        return false;
    slab->next = pool->slabs;
    slab->size = size;
    pool->slabs = slab;
    // Objects begin at the first line of the cache after the header. They are
    // cut off one by one, so that those that are never needed are not touched.
    uintptr_t first =
        ((uintptr_t)(slab + 1) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    pool->fresh = (char *)first;
    pool->fresh_end = pool->fresh + pool->size * pool->slab_count;
    if (pool->slab_count < SLAB_COUNT_MAX)
        pool->slab_count *= 2;
    return true;
}

void *trio_pool_take_free_(struct pool *pool)
{
    struct pool_link *link = pool->free;
    if (link != NULL) {
        pool->free = link->next;
        return link;
    }
    if (pool->fresh == pool->fresh_end)
        return NULL;
    pool->fresh += pool->size;
    return pool->fresh - pool->size;
}

void *trio_pool_take_(struct trio_run *run, struct pool *pool)
{
    TRIO_ASSERT(pool->size >= sizeof(struct pool_link));
    void *object = trio_pool_take_free_(pool);
    if (object == NULL && grow(run, pool))
        object = trio_pool_take_free_(pool);
    return object;
}

void trio_pool_give_(struct pool *pool, void *object)
{
    struct pool_link *link = object;
    link->next = pool->free;
    pool->free = link;
}

void trio_pool_end_(struct trio_run *run, struct pool *pool)
{
    const struct trio_memory *memory = &run->config.memory;

    while (pool->slabs != NULL) {
        struct pool_slab *slab = pool->slabs;
        pool->slabs = slab->next;
        memory->release(memory->context, slab, slab->size);
    }
    pool->free = NULL;
    pool->fresh = pool->fresh_end = NULL;
}
