// Stacks from the seam and back to it; what needs no seam is in stack.h.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "core/arch/annotate.h"
#include "core/own_stack.h"
#include "core/run.h"
#include "core/stack.h"

void trio_stack_take_new_(struct trio_run *run, struct own_stack *stack)
{
    const struct trio_memory *memory = &run->config.memory;

    stack->memory = memory->stack_take(memory->context, stack->class_size);
    stack->context = NULL;
    trio_annotate_init(&stack->annotation, stack->memory.base,
                       stack->memory.size);
}

void trio_stack_give_spare_(struct trio_run *run)
{
    const struct trio_memory *memory = &run->config.memory;

    trio_annotate_destroy(&run->spare.annotation);
    memory->stack_give(memory->context, run->spare.memory);
    run->spare.memory.base = NULL;
}

void trio_stacks_end_(struct trio_run *run)
{
    const struct trio_memory *memory = &run->config.memory;

    if (run->spare.memory.base != NULL)
        trio_stack_give_spare_(run);
    for (; run->promises > 0; run->promises--)
        memory->stack_unreserve(memory->context, STACK_SIZE_DEFAULT);
}
