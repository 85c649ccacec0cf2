// The memory of simulated runs: taken back as a whole, failing on demand.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_KERNEL_MEMORY_H
#define TRIO_SIM_KERNEL_MEMORY_H

#include <trio/backend.h>

// Memory checkers know what the platform hands out.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TRIO_SIM_EACH_FROM_BASE_ true
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TRIO_SIM_EACH_FROM_BASE_ true
#endif
#ifndef TRIO_SIM_EACH_FROM_BASE_
#define TRIO_SIM_EACH_FROM_BASE_ false
#endif

enum { MEMORY_CLASSES = 13, STACK_SIZES_MAX = 20 };

// Stacks of one size, a power of two. They are never given back before the
// kernel ends.
struct sim_stacks {
    size_t size; // As the base is asked for them.
    struct trio_stack *all;
    struct trio_stack *free; // The last is taken next.
    size_t all_count;
    size_t free_count;
    size_t untaken;  // So many of `free` were not taken yet in this run.
    size_t listed;   // There were so many when all were put into `free`.
    bool downwards;  // In that order.
    size_t max;      // Room in both.
    size_t promised; // Not taken yet.
    size_t owned;    // Promises that the base has made to us.
};

struct sim_memory {
    struct trio_memory platform; // Begun once, for many runs.
    struct trio_memory base;     // The same, as the kernel calls it.
    unsigned inside;             // Calls to it under way.

    // Asked before each request that can fail; true: it does.
    bool (*fails)(void *context, const char *what);
    void *watcher;

    // Told of each block, while `*has_hosts`.
    void (*took)(void *context, const void *block, size_t size);
    void (*gave)(void *context, const void *block);
    const bool *has_hosts;

    struct sim_chunk *chunks;
    struct sim_chunk *chunk;    // In use; those before it are full.
    void *free[MEMORY_CLASSES]; // By the size's logarithm.
    struct sim_block *large;    // Blocks that the base made.
    size_t blocks;              // Taken and not given back.
    bool downwards;             // Fresh memory is taken from the top.
    size_t shift;               // So much of each chunk is left out first.
    uint8_t junk;               // What fresh memory and stacks hold; 0: any.
    struct sim_stacks stacks[STACK_SIZES_MAX];   // As sizes were asked for.
    size_t stack_sizes;                          // So many.
    struct sim_stacks *by_size[STACK_SIZES_MAX]; // By the size's logarithm.
};

// Returns the platform's, so that each call counts as `inside`.
struct trio_memory trio_sim_memory_platform_(struct sim_memory *memory);

// ---- What its files share ----

static inline void *trio_sim_base_allocate_(struct sim_memory *memory,
                                            size_t size)
{
    return memory->base.allocate(memory->base.context, size);
}

static inline void trio_sim_base_release_(struct sim_memory *memory,
                                          void *block, size_t size)
{
    memory->base.release(memory->base.context, block, size);
}

// Returns the logarithm of the power of two that has room for a size.
static inline int trio_sim_logarithm_(size_t size, int least)
{
    if (size <= (size_t)1 << least)
        return least;
    return 64 - __builtin_clzll((unsigned long long)size - 1);
}

// memory_stacks.c: what the run gets of stacks, and nothing else.
struct trio_memory trio_sim_stacks_of_(struct sim_memory *memory);
void trio_sim_stacks_reset_(struct sim_memory *memory);
void trio_sim_stacks_end_(struct sim_memory *memory);

// ---- All of it ----

TRIO_MUST_USE trio_status trio_sim_memory_begin_(
    struct sim_memory *memory, const struct trio_memory *base);
void trio_sim_memory_end_(struct sim_memory *memory);

// A run begins: everything is there again.
void trio_sim_memory_reset_(struct sim_memory *memory);

// What the run gets.
struct trio_memory trio_sim_memory_of_(struct sim_memory *memory);

#endif // TRIO_SIM_KERNEL_MEMORY_H
