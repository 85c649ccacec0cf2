// Stacks of one size, each with a guard below it: a file per way to have them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_STACK_POOL_H
#define TRIO_IO_STACK_POOL_H

#include <trio/backend.h>

struct trio_stack_pool_;

// Makes a pool of stacks of about `stack_size` bytes, with guards of at least
// `guard_size`; both become what the system's pages allow. NULL: out of memory.
struct trio_stack_pool_ *trio_stack_pool_open_(size_t stack_size,
                                               size_t guard_size);

// Gives all stacks back, those that are in use included.
void trio_stack_pool_close_(struct trio_stack_pool_ *pool);

// Returns the size of the largest stack that may be asked for. What is taken is
// up to a page and a KiB smaller: tops that differ do not compete for the same
// lines of the cache.
size_t trio_stack_pool_size_(const struct trio_stack_pool_ *pool);

// Promises that a later take succeeds.
//
// Returns: TRIO_ENOMEM  out of memory, address space, or mappings for guards.
TRIO_MUST_USE trio_status
trio_stack_pool_reserve_(struct trio_stack_pool_ *pool);
void trio_stack_pool_unreserve_(struct trio_stack_pool_ *pool);

// Takes a stack, the one given back last if there is one. Uses up a promise.
struct trio_stack trio_stack_pool_take_(struct trio_stack_pool_ *pool);
void trio_stack_pool_give_(struct trio_stack_pool_ *pool,
                           struct trio_stack stack);

// Lets the system have memory of stacks that nobody has, the coldest first.
// Stops after about `budget` of them; returns what is left of that.
size_t trio_stack_pool_trim_(struct trio_stack_pool_ *pool, size_t budget);

#endif // TRIO_IO_STACK_POOL_H
