// The stack of a task is promised when the task is started and taken when it
// first runs, which cannot fail.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A task that ends stands on its stack and cannot give it back. It leaves it to
// the next fresh task, or as the run's spare, and whatever was the spare before
// is given back. The spare keeps the context in which it was left: there the
// next task begins, and none has to be made. Either way a promise was made that
// nobody needs now; those of the default size are kept for the next start. So
// where tasks come and go, all of this is a few moves in here, and the seam is
// not asked.

#ifndef TRIO_CORE_STACK_H
#define TRIO_CORE_STACK_H

#include <trio/status.h>

#include "core/own_stack.h"
#include "core/run.h"

// ---- stack.c ----
void trio_stack_take_new_(struct trio_run *run, struct own_stack *stack);
void trio_stack_give_spare_(struct trio_run *run);
void trio_stacks_end_(struct trio_run *run);

// ---- The quick parts ----

TRIO_MUST_USE static inline trio_status
trio_stack_promise_(struct trio_run *run, size_t size)
{
    const struct trio_memory *memory = &run->config.memory;

    if (size == STACK_SIZE_DEFAULT && run->promises > 0) {
        run->promises--;
        return TRIO_OK;
    }
    return memory->stack_reserve(memory->context, size);
}

static inline void trio_stack_unpromise_(struct trio_run *run, size_t size)
{
    const struct trio_memory *memory = &run->config.memory;

    if (size == STACK_SIZE_DEFAULT)
        run->promises++;
    else
        memory->stack_unreserve(memory->context, size);
}

// Puts a fresh task on a stack that is there already, if it fits.
static inline bool trio_stack_adopt_(struct trio_run *run,
                                     struct own_stack *stack,
                                     const struct own_stack *old)
{
    if (old->memory.base == NULL || stack->memory.base != NULL ||
        stack->class_size != old->class_size)
        return false;
    trio_stack_unpromise_(run, stack->class_size);
    *stack = *old;
    return true;
}

static inline void trio_stack_take_(struct trio_run *run,
                                    struct own_stack *stack)
{
    if (trio_stack_adopt_(run, stack, &run->spare))
        run->spare.memory.base = NULL;
    else
        trio_stack_take_new_(run, stack);
}

static inline void trio_stack_retire_(struct trio_run *run,
                                      const struct own_stack *stack)
{
    if (run->spare.memory.base != NULL)
        trio_stack_give_spare_(run);
    run->spare = *stack;
    run->spare.context = NULL;
}

#endif // TRIO_CORE_STACK_H
