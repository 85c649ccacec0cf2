// Every request is counted, whether or not it is granted, so that the k-th one
// is the same in each run of the same program.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>

#include "tests/failing_memory.h"

static bool must_fail(struct failing_memory *memory)
{
    uint64_t request = ++memory->requests;
    bool fails = memory->persistent ? request >= memory->fail_at
                                    : request == memory->fail_at;

    if (memory->fail_at == 0 || !fails)
        return false;
    memory->failures++;
    return true;
}

static trio_status begin(struct trio_memory *outer)
{
    struct failing_memory *memory = outer->context;

    return memory->base.begin == NULL ? TRIO_OK
                                      : memory->base.begin(&memory->base);
}

static void end(struct trio_memory *outer)
{
    struct failing_memory *memory = outer->context;

    if (memory->base.end != NULL)
        memory->base.end(&memory->base);
}

static void *allocate(void *context, size_t size)
{
    struct failing_memory *memory = context;

    if (must_fail(memory))
        return NULL;
    void *block = memory->base.allocate(memory->base.context, size);
    if (block == NULL)
        return NULL;
    memory->blocks++;
    memory->bytes += size;
    if (memory->bytes > memory->bytes_max)
        memory->bytes_max = memory->bytes;
    return block;
}

static void release(void *context, void *block, size_t size)
{
    struct failing_memory *memory = context;

    memory->blocks--;
    memory->bytes -= size;
    memory->base.release(memory->base.context, block, size);
}

static trio_status stack_reserve(void *context, size_t size)
{
    struct failing_memory *memory = context;

    if (must_fail(memory))
        return TRIO_ENOMEM;
    trio_status rc = memory->base.stack_reserve(memory->base.context, size);
    if (rc == TRIO_OK)
        memory->reserved++;
    return rc;
}

static void stack_unreserve(void *context, size_t size)
{
    struct failing_memory *memory = context;

    memory->reserved--;
    memory->base.stack_unreserve(memory->base.context, size);
}

static struct trio_stack stack_take(void *context, size_t size)
{
    struct failing_memory *memory = context;

    memory->reserved--;
    memory->stacks++;
    return memory->base.stack_take(memory->base.context, size);
}

static void stack_give(void *context, struct trio_stack stack)
{
    struct failing_memory *memory = context;

    memory->stacks--;
    memory->base.stack_give(memory->base.context, stack);
}

static void stack_trim(void *context)
{
    struct failing_memory *memory = context;

    memory->base.stack_trim(memory->base.context);
}

void failing_memory_open(struct failing_memory *memory,
                         struct trio_config *config)
{
    *memory = (struct failing_memory){.base = config->memory};
    config->memory = (struct trio_memory){.context = memory,
                                          .begin = begin,
                                          .end = end,
                                          .allocate = allocate,
                                          .release = release,
                                          .stack_reserve = stack_reserve,
                                          .stack_unreserve = stack_unreserve,
                                          .stack_take = stack_take,
                                          .stack_give = stack_give,
                                          .stack_trim = stack_trim};
}
