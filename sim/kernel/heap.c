// Blocks are kept by address, in the slot that it hashes to or one after that.
// A block that leaves closes its gap, so that no search ends too early.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>

#include "sim/kernel/state.h"

enum { SLOTS_FIRST = 256 };

bool trio_sim_heap_is_users_(const struct kernel *kernel)
{
    return kernel->memory.inside == 0;
}

static size_t home_of(const struct heap *heap, const void *block)
{
    uint64_t hash = (uint64_t)(uintptr_t)block * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(hash >> 32) & (heap->slot_count - 1);
}

// Returns the slot that has a block, or the free one where it would be.
static size_t find(const struct heap *heap, const void *block)
{
    size_t i = home_of(heap, block);

    while (heap->slots[i].block != NULL && heap->slots[i].block != block)
        i = (i + 1) & (heap->slot_count - 1);
    return i;
}

static void release(struct kernel *kernel, const struct heap *heap)
{
    const struct trio_memory *memory = &kernel->memory.base;

    if (heap->slots != NULL)
        memory->release(memory->context, heap->slots,
                        heap->slot_count * sizeof(*heap->slots));
}

static void grow(struct kernel *kernel, struct heap *heap)
{
    const struct trio_memory *memory = &kernel->memory.base;
    struct heap old = *heap;
    size_t count = old.slot_count == 0 ? SLOTS_FIRST : 2 * old.slot_count;

    heap->slots =
        memory->allocate(memory->context, count * sizeof(*heap->slots));
    TRIO_ASSERT(heap->slots != NULL);
    heap->slot_count = count;
    __builtin_memset(heap->slots, 0, count * sizeof(*heap->slots));
    for (size_t i = 0; i < old.slot_count; i++)
        if (old.slots[i].block != NULL)
            heap->slots[find(heap, old.slots[i].block)] = old.slots[i];
    release(kernel, &old);
}

static void add(struct kernel *kernel, struct heap *heap,
                struct heap_block block)
{
    if (heap->count >= heap->slot_count / 4 * 3)
        grow(kernel, heap);
    block.number = heap->taken++;
    size_t i = find(heap, block.block);
    if (heap->slots[i].block == NULL)
        heap->count++;
    heap->slots[i] = block;
}

static void take_out(struct heap *heap, const void *block)
{
    size_t mask = heap->slot_count - 1;

    if (heap->count == 0)
        return;
    size_t gap = find(heap, block);
    if (heap->slots[gap].block == NULL)
        return; // From before the run, or from inside of libc.
    heap->count--;
    // Whoever may not be found behind a gap moves into it.
    for (size_t i = (gap + 1) & mask; heap->slots[i].block != NULL;
         i = (i + 1) & mask) {
        size_t home = home_of(heap, heap->slots[i].block);
        if (((i - home) & mask) < ((i - gap) & mask))
            continue;
        heap->slots[gap] = heap->slots[i];
        gap = i;
    }
    heap->slots[gap].block = NULL;
}

void trio_sim_heap_took_(struct kernel *kernel, const void *block, size_t size,
                         const void *place)
{
    add(kernel, &kernel->heap,
        (struct heap_block){.block = block,
                            .size = size,
                            .place = place,
                            .realm = trio_sim_realm_(kernel)});
}

void trio_sim_heap_gave_(struct kernel *kernel, const void *block)
{
    take_out(&kernel->heap, block);
}

void trio_sim_lent_(struct kernel *kernel, const void *block, size_t size)
{
    const void *realm = trio_sim_realm_(kernel);

    if (realm != NULL)
        add(kernel, &kernel->lent,
            (struct heap_block){.block = block, .size = size, .realm = realm});
}

void trio_sim_returned_(struct kernel *kernel, const void *block)
{
    take_out(&kernel->lent, block);
}

bool trio_sim_uses_malloc_(const struct kernel *kernel)
{
    return kernel->heap.taken > 0;
}

size_t trio_sim_heap_size_(const struct kernel *kernel, const void *block)
{
    const struct heap *heap = &kernel->heap;
    size_t i = heap->count > 0 ? find(heap, block) : 0;

    return heap->count > 0 && heap->slots[i].block != NULL ? heap->slots[i].size
                                                           : SIZE_MAX;
}

static void reset(struct heap *heap)
{
    if (heap->count > 0)
        __builtin_memset(heap->slots, 0,
                         heap->slot_count * sizeof(*heap->slots));
    heap->count = 0;
    heap->taken = 0;
}

void trio_sim_heap_reset_(struct kernel *kernel)
{
    reset(&kernel->heap);
    reset(&kernel->lent);
}

// Of a realm; NULL: of all.
static const struct heap_block *oldest_of(const struct heap *heap,
                                          const void *realm)
{
    const struct heap_block *oldest = NULL;

    for (size_t i = 0; heap->count > 0 && i < heap->slot_count; i++) {
        const struct heap_block *block = &heap->slots[i];
        if (block->block != NULL && (realm == NULL || block->realm == realm) &&
            (oldest == NULL || block->number < oldest->number))
            oldest = block;
    }
    return oldest;
}

const struct heap_block *trio_sim_heap_left_(const struct kernel *kernel)
{
    return oldest_of(&kernel->heap, NULL);
}

// In the order of taking, wherever they lie: who takes memory next gets what
// was given back last.
void trio_sim_heap_forgive_(struct kernel *kernel, const void *realm)
{
    const struct trio_memory *memory = &kernel->config.memory;
    const struct heap_block *block;

    while ((block = oldest_of(&kernel->heap, realm)) != NULL) {
        void *left = (void *)(uintptr_t)block->block;
        take_out(&kernel->heap, left);
        free(left);
    }
    while ((block = oldest_of(&kernel->lent, realm)) != NULL)
        memory->release(memory->context, (void *)(uintptr_t)block->block,
                        block->size);
}

void trio_sim_heap_end_(struct kernel *kernel)
{
    release(kernel, &kernel->heap);
    release(kernel, &kernel->lent);
}
