// Objects of one size, in slabs.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_POOL_H
#define TRIO_CORE_POOL_H

#include <stddef.h>
#include <trio/base.h>

struct trio_run;

// Objects of one size: taken and given back last in, first out; the memory is
// given back when the run ends.
struct pool {
    void *free;
    char *fresh; // Objects of the newest slab that were never taken.
    char *fresh_end;
    struct pool_slab *slabs;
    size_t size;
    size_t slab_count; // Objects in the next slab.
};

// Allocates what is the run's, whichever task needs it first.
void *trio_allocate_for_all_(struct trio_run *run, size_t size);
void *trio_pool_take_(struct trio_run *run, struct pool *pool);
void *trio_pool_take_free_(struct pool *pool); // NULL: would allocate.
void trio_pool_give_(struct pool *pool, void *object);
void trio_pool_end_(struct trio_run *run, struct pool *pool);

#endif // TRIO_CORE_POOL_H
