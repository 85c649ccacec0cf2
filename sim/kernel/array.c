// Arrays that grow and are used again by the next run.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Most programs use few of the kernel's many arrays: those that ever had an
// item are in a list, and a run begins by emptying them.

#include "sim/kernel/state.h"

static void grow(struct kernel *kernel, struct array *array)
{
    const struct trio_memory *memory = &kernel->memory.base;
    size_t max = array->max == 0 ? 16 : array->max * 2;

    void *items = memory->allocate(memory->context, max * array->size);
    TRIO_ASSERT(items != NULL);
    if (array->items == NULL && array->of_runs) {
        array->next = kernel->arrays;
        kernel->arrays = array;
    }
    if (array->items != NULL) {
        __builtin_memcpy(items, array->items, array->count * array->size);
        trio_sim_array_end_(kernel, array);
    }
    array->items = items;
    array->max = max;
}

void *trio_sim_append_raw_(struct kernel *kernel, struct array *array)
{
    if (UNLIKELY(array->count == array->max))
        grow(kernel, array);
    return (char *)array->items + array->count++ * array->size;
}

void *trio_sim_append_(struct kernel *kernel, struct array *array)
{
    void *item = trio_sim_append_raw_(kernel, array);

    __builtin_memset(item, 0, array->size);
    return item;
}

void trio_sim_array_end_(struct kernel *kernel, struct array *array)
{
    const struct trio_memory *memory = &kernel->memory.base;

    if (array->items != NULL)
        memory->release(memory->context, array->items,
                        array->max * array->size);
    array->items = NULL;
}

void trio_sim_arrays_reset_(struct kernel *kernel)
{
    for (struct array *array = kernel->arrays; array != NULL;
         array = array->next)
        array->count = 0;
}

void trio_sim_arrays_end_(struct kernel *kernel)
{
    for (; kernel->arrays != NULL; kernel->arrays = kernel->arrays->next)
        trio_sim_array_end_(kernel, kernel->arrays);
}
