// The stacks of a run's memory.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// They stay the kernel's from run to run, and each run finds them in the same
// order.

#include "sim/kernel/memory.h"

enum {
    STACK_MIN_LOG = 12,
    STACK_MAX_LOG = STACK_MIN_LOG + STACK_SIZES_MAX - 1,
    MARK_SIZE = 64, // A line of the cache.
    JUNK_OF_STACK = 4096
};

// Returns NULL for more than anybody needs.
static struct sim_stacks *stacks_of(struct sim_memory *memory, size_t size)
{
    int log = trio_sim_logarithm_(size, STACK_MIN_LOG);

    if (log > STACK_MAX_LOG)
        return NULL;
    struct sim_stacks **stacks = &memory->by_size[log - STACK_MIN_LOG];
    if (*stacks == NULL) {
        *stacks = &memory->stacks[memory->stack_sizes++];
        (*stacks)->size = (size_t)1 << log;
    }
    return *stacks;
}

// Room for one more, in both lists.
static bool make_room(struct sim_memory *memory, struct sim_stacks *stacks)
{
    size_t old_size = stacks->max * sizeof(struct trio_stack);
    size_t max = stacks->max == 0 ? 64 : stacks->max * 2;

    if (stacks->owned < stacks->max)
        return true;
    struct trio_stack *lists =
        trio_sim_base_allocate_(memory, 2 * max * sizeof(struct trio_stack));
    if (lists == NULL)
        return false;
    if (stacks->all != NULL) {
        __builtin_memcpy(lists, stacks->all, old_size);
        __builtin_memcpy(lists + max, stacks->free, old_size);
        trio_sim_base_release_(memory, stacks->all, 2 * old_size);
    }
    stacks->all = lists;
    stacks->free = lists + max;
    stacks->max = max;
    return true;
}

// Has the base promise one more.
static __attribute__((noinline)) trio_status own_more(struct sim_memory *memory,
                                                      struct sim_stacks *stacks)
{
    if (!make_room(memory, stacks))
        return TRIO_ENOMEM;
    trio_status rc =
        memory->base.stack_reserve(memory->base.context, stacks->size);
    if (rc == TRIO_OK)
        stacks->owned++;
    return rc;
}

static trio_status stack_reserve(void *context, size_t size)
{
    struct sim_memory *memory = context;
    struct sim_stacks *stacks = stacks_of(memory, size);
    trio_status rc = TRIO_OK;

    if (stacks == NULL)
        return TRIO_EINVAL;
    if (memory->fails(memory->watcher, "stack"))
        return TRIO_ENOMEM;
    size_t taken = stacks->all_count - stacks->free_count;
    if (taken + stacks->promised == stacks->owned)
        rc = own_more(memory, stacks);
    stacks->promised += rc == TRIO_OK;
    return rc;
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
    if (memory->junk != 0 && fresh && !TRIO_SIM_EACH_FROM_BASE_)
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

void trio_sim_stacks_reset_(struct sim_memory *memory)
{
    for (size_t i = 0; i < memory->stack_sizes; i++)
        reset_stacks(memory, &memory->stacks[i]);
}

void trio_sim_stacks_end_(struct sim_memory *memory)
{
    const struct trio_memory *base = &memory->base;

    for (size_t i = 0; i < memory->stack_sizes; i++) {
        struct sim_stacks *stacks = &memory->stacks[i];
        for (size_t k = 0; k < stacks->all_count; k++)
            base->stack_give(base->context, stacks->all[k]);
        for (size_t k = stacks->all_count; k < stacks->owned; k++)
            base->stack_unreserve(base->context, stacks->size);
        if (stacks->all != NULL)
            trio_sim_base_release_(memory, stacks->all,
                                   2 * stacks->max * sizeof(struct trio_stack));
    }
}

struct trio_memory trio_sim_stacks_of_(struct sim_memory *memory)
{
    return (struct trio_memory){.context = memory,
                                .stack_max = memory->platform.stack_max,
                                .stack_reserve = stack_reserve,
                                .stack_unreserve = stack_unreserve,
                                .stack_take = stack_take,
                                .stack_give = stack_give,
                                .stack_trim = stack_trim};
}
