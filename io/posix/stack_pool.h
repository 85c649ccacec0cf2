// Stacks of one size, cut from large mappings, each with a guard below it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_STACK_POOL_H
#define TRIO_IO_STACK_POOL_H

#include <trio/backend.h>

// How pages are made to fault: found out at the first one, then the same for
// all stacks of a run. Begins as {page_size, size}.
struct trio_stack_guard_ {
    size_t page_size;
    size_t size;  // Of each guard, in bytes: a multiple of the page size.
    bool tried;   // Whether the kernel's own guard pages were tried,
    bool protect; // and do not work, so that mprotect has to do.
};

// Makes the first `guard->size` bytes of each of `count` slots, `stride` bytes
// apart, fault on each access; returns how many do now, from the first on.
size_t trio_stack_guard_install_(struct trio_stack_guard_ *guard, char *first,
                                 size_t stride, size_t count);

// A `trio_stack_pool_` holds the stacks of one size. A stack lives in a slot of
// `slot_size` bytes of address space: the guard first, then what can be used,
// then up to a KiB that is left out, different from slot to slot, so that the
// tops of many stacks do not compete for the same cache lines.
struct trio_stack_pool_ {
    size_t stack_size; // The largest stack that may be asked for,
    size_t slot_size;  // and what it takes with its guard.
    struct trio_stack_guard_ *guard;

    struct trio_stack_slab_ *oldest;   // The mappings, in order of their age.
    struct trio_stack_slab_ *youngest; // The only one that may lack guards.
    struct trio_stack_slab_ *fresh;    // Where the next untouched slot is.

    size_t made;     // Slots that have a guard,
    size_t ready;    // those of them that can be taken now,
    size_t reserved; // and those of these that are promised.

    char **idle; // Slots that were given back, the latest last.
    size_t idle_count;
    size_t idle_capacity; // At least `made`: giving back cannot fail.
    size_t cold;          // The first so many idle slots hold no page.
    size_t shallow;       // The first so many hold their top page at most.
};

// Initialises a pool of stacks of `stack_size` bytes: at least four pages.
void trio_stack_pool_init_(struct trio_stack_pool_ *pool, size_t stack_size,
                           struct trio_stack_guard_ *guard);

// Unmaps all stacks, those that are in use included.
void trio_stack_pool_destroy_(struct trio_stack_pool_ *pool);

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

// Gives pages of idle stacks back to the system: of the hottest few all but
// their top page, of the others all. Stops after about `budget` stacks; returns
// what is left of it.
size_t trio_stack_pool_trim_(struct trio_stack_pool_ *pool, size_t budget);

#endif // TRIO_IO_STACK_POOL_H
