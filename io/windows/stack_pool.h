// Stacks of one size, each with a guard below it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_WINDOWS_STACK_POOL_H
#define TRIO_IO_WINDOWS_STACK_POOL_H

#include <trio/backend.h>

// A `trio_stack_pool_` holds the stacks of one size. Begins as {stack_size,
// guard_size}, both of whole pages.
struct trio_stack_pool_ {
    size_t stack_size; // The largest stack that may be asked for.
    size_t guard_size;
    char **all; // The lowest address of each stack, its guard not counted.
    size_t made;
    char **idle; // Those that nobody has, the latest given back last.
    size_t idle_count;
    size_t capacity; // Of both: giving back cannot fail.
    size_t reserved; // So many of the idle ones are promised.
    size_t cold;     // The first so many of them hold no memory.
};

// Gives all stacks back, those that are in use included.
void trio_stack_pool_destroy_(struct trio_stack_pool_ *pool);

// Promises that a later take succeeds.
//
// Returns: TRIO_ENOMEM  out of memory or address space.
TRIO_MUST_USE trio_status
trio_stack_pool_reserve_(struct trio_stack_pool_ *pool);
void trio_stack_pool_unreserve_(struct trio_stack_pool_ *pool);

// Takes a stack, the one given back last if there is one. Uses up a promise.
struct trio_stack trio_stack_pool_take_(struct trio_stack_pool_ *pool);
void trio_stack_pool_give_(struct trio_stack_pool_ *pool,
                           struct trio_stack stack);

// Lets the system have the memory of idle stacks, of at most `budget`; returns
// what is left of that.
size_t trio_stack_pool_trim_(struct trio_stack_pool_ *pool, size_t budget);

#endif // TRIO_IO_WINDOWS_STACK_POOL_H
