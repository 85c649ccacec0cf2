// Objects by number: which was used first, second, ... in a run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_KERNEL_OBJECTS_H
#define TRIO_SIM_KERNEL_OBJECTS_H

#include <trio/backend.h>

struct object_slot {
    const void *object;
    uint32_t run; // Of another run: this slot is free.
    uint32_t number;
};

struct object_table {
    struct object_slot *slots;
    size_t mask; // Number of slots, less 1.
    uint32_t run;
    uint32_t count;
    const struct trio_memory *memory;
};

void trio_sim_objects_begin_(struct object_table *table,
                             const struct trio_memory *memory);
void trio_sim_objects_end_(struct object_table *table);

// Forgets all objects, whatever their number.
void trio_sim_objects_reset_(struct object_table *table);

// Returns the number of an object, from 1 on.
uint32_t trio_sim_object_number_(struct object_table *table,
                                 const void *object);

#endif // TRIO_SIM_KERNEL_OBJECTS_H
