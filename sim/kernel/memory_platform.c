// The platform's memory, as the kernel asks for it. Meanwhile malloc is called
// for the kernel, and not for the scenario.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/memory.h"

static void *allocate(void *context, size_t size)
{
    struct sim_memory *memory = context;

    memory->inside++;
    void *block = memory->platform.allocate(memory->platform.context, size);
    memory->inside--;
    return block;
}

static void release(void *context, void *block, size_t size)
{
    struct sim_memory *memory = context;

    memory->inside++;
    memory->platform.release(memory->platform.context, block, size);
    memory->inside--;
}

static trio_status stack_reserve(void *context, size_t size)
{
    struct sim_memory *memory = context;

    memory->inside++;
    trio_status rc =
        memory->platform.stack_reserve(memory->platform.context, size);
    memory->inside--;
    return rc;
}

static void stack_unreserve(void *context, size_t size)
{
    struct sim_memory *memory = context;

    memory->inside++;
    memory->platform.stack_unreserve(memory->platform.context, size);
    memory->inside--;
}

static struct trio_stack stack_take(void *context, size_t size)
{
    struct sim_memory *memory = context;

    memory->inside++;
    struct trio_stack stack =
        memory->platform.stack_take(memory->platform.context, size);
    memory->inside--;
    return stack;
}

static void stack_give(void *context, struct trio_stack stack)
{
    struct sim_memory *memory = context;

    memory->inside++;
    memory->platform.stack_give(memory->platform.context, stack);
    memory->inside--;
}

struct trio_memory trio_sim_memory_platform_(struct sim_memory *memory)
{
    struct trio_memory base = memory->platform;

    base.context = memory;
    base.allocate = allocate;
    base.release = release;
    base.stack_reserve = stack_reserve;
    base.stack_unreserve = stack_unreserve;
    base.stack_take = stack_take;
    base.stack_give = stack_give;
    return base;
}
