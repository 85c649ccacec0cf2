// What the scenario's own code has taken from malloc in a run, and what those
// of its hosts have of the run's own memory.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_KERNEL_HEAP_H
#define TRIO_SIM_KERNEL_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel;

struct heap_block {
    const void *block; // NULL: this slot is free.
    size_t size;
    const void *place; // Of the call.
    uint64_t number;   // Which of those taken.
    const void *realm; // Of the task that called, or NULL.
};

// A hash table by address.
struct heap {
    struct heap_block *slots;
    size_t slot_count; // A power of two, or 0.
    size_t count;      // Blocks in it.
    uint64_t taken;    // Blocks in this run so far.
};

// Whether malloc is called by the scenario's code right now: a run is under
// way, and it is not the kernel that asks the platform for memory.
bool trio_sim_heap_is_users_(const struct kernel *kernel);

// Whether the call of `what`, malloc or one like it, is to fail.
bool trio_sim_heap_fails_(struct kernel *kernel, const char *what);

// A block was taken; one was given back, which need not be one of the run's.
void trio_sim_heap_took_(struct kernel *kernel, const void *block, size_t size,
                         const void *place);
void trio_sim_heap_gave_(struct kernel *kernel, const void *block);

// The same of the run's own memory, while there are hosts.
void trio_sim_lent_(struct kernel *kernel, const void *block, size_t size);
void trio_sim_returned_(struct kernel *kernel, const void *block);

// Frees what the tasks of a realm have taken.
void trio_sim_heap_forgive_(struct kernel *kernel, const void *realm);

// Returns the size of a block of the run's, SIZE_MAX: it is none.
size_t trio_sim_heap_size_(const struct kernel *kernel, const void *block);

// A run begins, without any.
void trio_sim_heap_reset_(struct kernel *kernel);

// Returns the oldest block that is left, NULL if there is none.
const struct heap_block *trio_sim_heap_left_(const struct kernel *kernel);

// Gives the table back.
void trio_sim_heap_end_(struct kernel *kernel);

#endif // TRIO_SIM_KERNEL_HEAP_H
