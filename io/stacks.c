// A stack is asked for by size, and each size belongs to exactly one pool: the
// first whose slots are large enough. Reserve, take and give of one size
// therefore meet in the same pool, and its promises hold.
//
// There is no state outside the block that begin allocates: each run has its
// own stacks, and its end unmaps them all.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/stacks.h"

#include <stdlib.h>

#include "io/stack_pool.h"

#define TRIM_BUDGET 1024 // Half a millisecond or so.

// Address space, so that there is little reason to be stingy.
static const size_t stack_sizes[] = {(size_t)16 << 10, (size_t)64 << 10,
                                     (size_t)256 << 10, (size_t)1 << 20,
                                     (size_t)8 << 20};

#define POOLS (sizeof stack_sizes / sizeof *stack_sizes)

struct platform_memory {
    struct trio_stack_pool_ *pools[POOLS];
    size_t sizes[POOLS]; // The largest stack of each.
    struct trio_overflow_ *overflow;
};

static bool open_pools(struct platform_memory *self, size_t guard_size)
{
    if (guard_size == 0)
        guard_size = TRIO_STACK_GUARD_DEFAULT;
    for (size_t i = 0; i < POOLS; i++) {
        self->pools[i] = trio_stack_pool_open_(stack_sizes[i], guard_size);
        if (!self->pools[i])
            return false;
        self->sizes[i] = trio_stack_pool_size_(self->pools[i]);
    }
    return true;
}

static void free_memory(struct platform_memory *self)
{
    for (size_t i = 0; i < POOLS && self->pools[i]; i++)
        trio_stack_pool_close_(self->pools[i]);
    free(self);
}

static trio_status memory_begin(struct trio_memory *memory)
{
    if (memory->stack_guard > TRIO_STACK_GUARD_MAX)
        return TRIO_EINVAL;

    struct platform_memory *self = calloc(1, sizeof *self);

    if (!self)
        return TRIO_ENOMEM;

    trio_status rc = open_pools(self, memory->stack_guard)
                         ? trio_overflow_begin_(&self->overflow)
                         : TRIO_ENOMEM;

    if (rc != TRIO_OK) {
        free_memory(self);
        return rc;
    }
    memory->context = self;
    memory->stack_max = self->sizes[POOLS - 1];
    return TRIO_OK;
}

static void memory_end(struct trio_memory *memory)
{
    struct platform_memory *self = memory->context;

    trio_overflow_end_(self->overflow);
    free_memory(self);
    memory->context = NULL;
}

static void *allocate(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void release(void *context, void *block, size_t size)
{
    (void)context;
    (void)size;
    free(block);
}

static struct trio_stack_pool_ *pool_for(struct platform_memory *self,
                                         size_t size)
{
    for (size_t i = 0; i < POOLS; i++)
        if (size <= self->sizes[i])
            return self->pools[i];
    return NULL;
}

static trio_status stack_reserve(void *context, size_t size)
{
    struct trio_stack_pool_ *pool = pool_for(context, size);

    return pool ? trio_stack_pool_reserve_(pool) : TRIO_EINVAL;
}

static void stack_unreserve(void *context, size_t size)
{
    trio_stack_pool_unreserve_(pool_for(context, size));
}

static struct trio_stack stack_take(void *context, size_t size)
{
    return trio_stack_pool_take_(pool_for(context, size));
}

// A pool keeps less than half of a stack for itself, and the next smaller one
// has stacks of a quarter of the size: what is left still names the pool.
static void stack_give(void *context, struct trio_stack stack)
{
    trio_stack_pool_give_(pool_for(context, stack.size), stack);
}

static void stack_trim(void *context)
{
    struct platform_memory *self = context;
    size_t budget = TRIM_BUDGET;

    for (size_t i = 0; i < POOLS && budget > 0; i++)
        budget = trio_stack_pool_trim_(self->pools[i], budget);
}

struct trio_memory trio_platform_memory_(void)
{
    return (struct trio_memory){.begin = memory_begin,
                                .end = memory_end,
                                .allocate = allocate,
                                .release = release,
                                .stack_reserve = stack_reserve,
                                .stack_unreserve = stack_unreserve,
                                .stack_take = stack_take,
                                .stack_give = stack_give,
                                .stack_trim = stack_trim};
}
