// The stack of a task is promised when the task is started and taken when it
// first runs, which cannot fail.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A task that ends stands on its stack and cannot give it back. It leaves it to
// the next fresh task, or as the run's spare, and whatever was the spare before
// is given back. Either way a promise was made that nobody needs now; those of
// the default size are kept for the next start.

#include "core/internal.h"

trio_status trio_stack_promise_(struct trio_run *run, size_t size)
{
    const struct trio_memory *memory = &run->config.memory;

    if (size == STACK_SIZE_DEFAULT && run->promises > 0) {
        run->promises--;
        return TRIO_OK;
    }
    return memory->stack_reserve(memory->context, size);
}

void trio_stack_unpromise_(struct trio_run *run, size_t size)
{
    const struct trio_memory *memory = &run->config.memory;

    if (size == STACK_SIZE_DEFAULT)
        run->promises++;
    else
        memory->stack_unreserve(memory->context, size);
}

bool trio_stack_adopt_(struct trio_run *run, struct own_stack *stack,
                       const struct own_stack *old)
{
    if (old->memory.base == NULL || stack->memory.base != NULL ||
        stack->class_size != old->class_size)
        return false;
    trio_stack_unpromise_(run, stack->class_size);
    *stack = *old;
    return true;
}

void trio_stack_take_(struct trio_run *run, struct own_stack *stack)
{
    const struct trio_memory *memory = &run->config.memory;

    if (trio_stack_adopt_(run, stack, &run->spare)) {
        run->spare.memory.base = NULL;
        return;
    }
    stack->memory = memory->stack_take(memory->context, stack->class_size);
    trio_annotate_init(&stack->annotation, stack->memory.base,
                       stack->memory.size);
}

static void give_spare(struct trio_run *run)
{
    const struct trio_memory *memory = &run->config.memory;

    if (run->spare.memory.base == NULL)
        return;
    trio_annotate_destroy(&run->spare.annotation);
    memory->stack_give(memory->context, run->spare.memory);
    run->spare.memory.base = NULL;
}

void trio_stack_retire_(struct trio_run *run, const struct own_stack *stack)
{
    give_spare(run);
    run->spare = *stack;
}

void trio_stacks_end_(struct trio_run *run)
{
    const struct trio_memory *memory = &run->config.memory;

    give_spare(run);
    for (; run->promises > 0; run->promises--)
        memory->stack_unreserve(memory->context, STACK_SIZE_DEFAULT);
}
