// Where malloc puts a block depends on all that was before. A few blocks of a
// size at once can be handed out by their address, though: from the lowest up,
// or from the highest down, of more of them or of fewer. Those that are left
// when the run ends are given back when the next one comes here.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/guard_heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/state.h"

void *__real_malloc(size_t size);
void __real_free(void *block);

enum { SHELVES = 64, BLOCKS = HEAP_SHIFTS + 1, SIZE_MAX_SHELVED = 4096 };

// Blocks of one size; the last is the next one.
struct shelf {
    size_t size;
    size_t count;
    void *blocks[BLOCKS];
};

static _Thread_local struct {
    uint64_t run; // Of which they are.
    struct shelf shelves[SHELVES];
} heap;

static void clear(struct shelf *shelf)
{
    while (shelf->count > 0)
        __real_free(shelf->blocks[--shelf->count]);
}

static void begin_run(const struct kernel *kernel)
{
    if (heap.run == kernel->runs)
        return;
    heap.run = kernel->runs;
    for (size_t i = 0; i < SHELVES; i++)
        clear(&heap.shelves[i]);
}

// Keeps the one that is next at the end: the lowest one, or the highest.
static void add(struct shelf *shelf, void *block, bool upwards)
{
    size_t i = shelf->count++;

    while (i > 0 &&
           ((uintptr_t)shelf->blocks[i - 1] < (uintptr_t)block) == upwards) {
        shelf->blocks[i] = shelf->blocks[i - 1];
        i--;
    }
    shelf->blocks[i] = block;
}

// The fewer there are to choose from, the lower is the highest one. Two are
// enough for an order.
static void fill(struct shelf *shelf, bool upwards, size_t shift)
{
    void *block = NULL;

    while (shelf->count < BLOCKS - shift &&
           (block = __real_malloc(shelf->size)) != NULL)
        add(shelf, block, upwards);
}

void *trio_sim_guard_block_(const struct kernel *kernel, size_t size)
{
    enum heap_order order = kernel->plan->perturbation.heap_order;
    struct shelf *shelf = &heap.shelves[size % SHELVES];

    if (order == HEAP_AS_IT_COMES || size > SIZE_MAX_SHELVED)
        return __real_malloc(size);
    begin_run(kernel);
    if (shelf->size != size)
        clear(shelf);
    shelf->size = size;
    if (shelf->count == 0)
        fill(shelf, order == HEAP_UPWARDS,
             kernel->plan->perturbation.heap_shift);
    return shelf->count > 0 ? shelf->blocks[--shelf->count] : NULL;
}

void trio_sim_guard_fill_(const struct kernel *kernel, void *memory,
                          size_t size)
{
    uint8_t junk = kernel->plan->perturbation.heap_junk;

    if (junk != 0 && size > 0)
        memset(memory, junk, size);
}
