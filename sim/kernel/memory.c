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

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EACH_FROM_BASE true
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define EACH_FROM_BASE true
#endif
#ifndef EACH_FROM_BASE
#define EACH_FROM_BASE false
#endif

enum {
    CHUNK_SIZE = 1 << 20,
    BLOCK_MIN_LOG = 4,
    BLOCK_MAX = 1 << (BLOCK_MIN_LOG + MEMORY_CLASSES - 1),
    STACK_MIN_LOG = 12,
    STACK_MAX_LOG = STACK_MIN_LOG + STACK_SIZES_MAX - 1,
    MARK_SIZE = 64, // A line of the cache.
    JUNK_OF_STACK = 4096
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

static void *base_allocate(struct sim_memory *memory, size_t size)
{
    return memory->base.allocate(memory->base.context, size);
}

static void base_release(struct sim_memory *memory, void *block, size_t size)
{
    memory->base.release(memory->base.context, block, size);
}

// ---- Blocks ----

// Returns the logarithm of the power of two that has room for a size.
static int logarithm(size_t size, int least)
{
    if (size <= (size_t)1 << least)
        return least;
    return 64 - __builtin_clzll((unsigned long long)size - 1);
}

static int class_of(size_t size)
{
    return logarithm(size, BLOCK_MIN_LOG) - BLOCK_MIN_LOG;
}

static void *take_large(struct sim_memory *memory, size_t size)
{
    struct sim_block *block =
        size > SIZE_MAX - sizeof(*block)
            ? NULL
            : base_allocate(memory, sizeof(*block) + size);

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
    base_release(memory, block, sizeof(*block) + block->size);
}

// Moves on to a chunk that is empty.
static bool next_chunk(struct sim_memory *memory)
{
    struct sim_chunk *chunk =
        memory->chunk == NULL ? memory->chunks : memory->chunk->next;

    if (chunk == NULL) {
        chunk = base_allocate(memory, CHUNK_SIZE);
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
    return EACH_FROM_BASE || size > BLOCK_MAX;
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

// ---- Stacks ----

// Returns NULL for more than anybody needs. Most programs ask for one size.
static struct sim_stacks *stacks_of(struct sim_memory *memory, size_t size)
{
    int log = logarithm(size, STACK_MIN_LOG);
    size_t i = 0;

    if (log > STACK_MAX_LOG)
        return NULL;
    size = (size_t)1 << log;
    while (i < memory->stack_sizes && memory->stacks[i].size != size)
        i++;
    if (i == memory->stack_sizes)
        memory->stacks[memory->stack_sizes++].size = size;
    return &memory->stacks[i];
}

// Room for one more, in both lists.
static bool make_room(struct sim_memory *memory, struct sim_stacks *stacks)
{
    size_t old_size = stacks->max * sizeof(struct trio_stack);
    size_t max = stacks->max == 0 ? 64 : stacks->max * 2;

    if (stacks->owned < stacks->max)
        return true;
    struct trio_stack *lists =
        base_allocate(memory, 2 * max * sizeof(struct trio_stack));
    if (lists == NULL)
        return false;
    if (stacks->all != NULL) {
        __builtin_memcpy(lists, stacks->all, old_size);
        __builtin_memcpy(lists + max, stacks->free, old_size);
        base_release(memory, stacks->all, 2 * old_size);
    }
    stacks->all = lists;
    stacks->free = lists + max;
    stacks->max = max;
    return true;
}

static trio_status stack_reserve(void *context, size_t size)
{
    struct sim_memory *memory = context;
    struct sim_stacks *stacks = stacks_of(memory, size);

    if (stacks == NULL)
        return TRIO_EINVAL;
    if (memory->fails(memory->watcher, "stack"))
        return TRIO_ENOMEM;
    size_t taken = stacks->all_count - stacks->free_count;
    if (taken + stacks->promised == stacks->owned) {
        if (!make_room(memory, stacks))
            return TRIO_ENOMEM;
        trio_status rc =
            memory->base.stack_reserve(memory->base.context, stacks->size);
        if (rc != TRIO_OK)
            return rc;
        stacks->owned++;
    }
    stacks->promised++;
    return TRIO_OK;
}

static void stack_unreserve(void *context, size_t size)
{
    stacks_of(context, size)->promised--;
}

// Stacks of one size are not all as large: the upper end of one that is lent
// says where it belongs.
static struct trio_stack lend(struct sim_stacks *home, struct trio_stack stack)
{
    stack.size -= MARK_SIZE;
    *(struct sim_stacks **)((char *)stack.base + stack.size) = home;
    return stack;
}

static struct trio_stack stack_take(void *context, size_t size)
{
    struct sim_memory *memory = context;
    struct sim_stacks *stacks = stacks_of(memory, size);
    struct trio_stack stack;
    bool fresh = true;

    stacks->promised--;
    if (stacks->free_count > 0) {
        stack = stacks->free[--stacks->free_count];
        fresh = stacks->free_count < stacks->untaken;
    } else {
        stack = memory->base.stack_take(memory->base.context, stacks->size);
        stacks->all[stacks->all_count++] = stack;
    }
    if (stacks->free_count < stacks->untaken)
        stacks->untaken = stacks->free_count;
    if (memory->junk != 0 && fresh && !EACH_FROM_BASE)
        __builtin_memset((char *)stack.base + stack.size - JUNK_OF_STACK,
                         memory->junk, JUNK_OF_STACK);
    return lend(stacks, stack);
}

// Memory checkers take what lies below the last stack pointer that they saw for
// nobody's, until the base hands it out. It hands out what it got last.
static struct trio_stack hand_out_anew(const struct trio_memory *base,
                                       struct trio_stack stack, size_t size)
{
    base->stack_give(base->context, stack);
    TRIO_ASSERT(base->stack_reserve(base->context, size) == TRIO_OK);
    return base->stack_take(base->context, size);
}

static void stack_give(void *context, struct trio_stack stack)
{
    struct sim_memory *memory = context;
    struct sim_stacks *home =
        *(struct sim_stacks **)((char *)stack.base + stack.size);

    TRIO_ASSERT(home->free_count < home->all_count);
    stack.size += MARK_SIZE;
    if (memory->junk != 0) // Which is going to be written there.
        stack = hand_out_anew(&memory->base, stack, home->size);
    home->free[home->free_count++] = stack;
}

static void stack_trim(void *context)
{
    (void)context;
}

// Memory checkers know of the frames that were given up on a stack, and of what
// lies below its stack pointer. Only the base can tell them otherwise.
static void renew(struct sim_memory *memory, struct sim_stacks *stacks)
{
    const struct trio_memory *base = &memory->base;

    // The base gives the last one first: each gets its place again, or a twin
    // would not know in which order its addresses are.
    for (size_t i = stacks->all_count; i-- > 0;)
        base->stack_give(base->context, stacks->all[i]);
    for (size_t i = 0; i < stacks->all_count; i++) {
        TRIO_ASSERT(base->stack_reserve(base->context, stacks->size) ==
                    TRIO_OK);
        stacks->all[i] = base->stack_take(base->context, stacks->size);
    }
}

// All are free again, in one order: those that the run has not taken still are.
static void reset_stacks(struct sim_memory *memory, struct sim_stacks *stacks)
{
    bool renewed = stacks->free_count < stacks->all_count || memory->junk != 0;
    bool changed = renewed || stacks->listed != stacks->all_count ||
                   stacks->downwards != memory->downwards;

    if (renewed)
        renew(memory, stacks);
    for (size_t i = changed ? 0 : stacks->untaken; i < stacks->all_count; i++)
        stacks->free[i] =
            stacks->all[memory->downwards ? i : stacks->all_count - 1 - i];
    stacks->free_count = stacks->untaken = stacks->listed = stacks->all_count;
    stacks->downwards = memory->downwards;
    stacks->promised = 0;
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
    for (size_t i = 0; i < memory->stack_sizes; i++)
        reset_stacks(memory, &memory->stacks[i]);
}

void trio_sim_memory_end_(struct sim_memory *memory)
{
    struct trio_memory *base = &memory->base;

    trio_sim_memory_reset_(memory);
    for (size_t i = 0; i < memory->stack_sizes; i++) {
        struct sim_stacks *stacks = &memory->stacks[i];
        for (size_t k = 0; k < stacks->all_count; k++)
            base->stack_give(base->context, stacks->all[k]);
        for (size_t k = stacks->all_count; k < stacks->owned; k++)
            base->stack_unreserve(base->context, stacks->size);
        if (stacks->all != NULL)
            base_release(memory, stacks->all,
                         2 * stacks->max * sizeof(struct trio_stack));
    }
    while (memory->chunks != NULL) {
        struct sim_chunk *chunk = memory->chunks;
        memory->chunks = chunk->next;
        base_release(memory, chunk, CHUNK_SIZE);
    }
    if (memory->platform.end != NULL)
        memory->platform.end(&memory->platform);
}

struct trio_memory trio_sim_memory_of_(struct sim_memory *memory)
{
    return (struct trio_memory){.context = memory,
                                .allocate = allocate,
                                .release = release,
                                .stack_reserve = stack_reserve,
                                .stack_unreserve = stack_unreserve,
                                .stack_take = stack_take,
                                .stack_give = stack_give,
                                .stack_trim = stack_trim};
}
