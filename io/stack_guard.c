// A page for which install said true faults on each access; there is no quiet
// "no guard here".
//
// Linux 6.13 and later mark a page as a guard without splitting the mapping
// that it is in, so a million stacks need a few mappings. Before that each
// guard is a mapping of its own, and the default limit of the kernel is reached
// near 32,750 stacks: reserving one more then fails.
//
// The answer of madvise alone is not believed, because emulators take advice
// that they do not know for a hint, and say that all is well. So the first
// guard is tried out, by a system call that would read it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE // madvise

#include "io/stack_pool.h"

#include <errno.h>
#include <sys/mman.h>
#include <time.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

// An untouched page reads as zero: no time to sleep.
static bool is_readable(const void *page)
{
    return nanosleep(page, NULL) == 0 || errno != EFAULT;
}

bool trio_stack_guard_install_(struct trio_stack_guard_ *guard, void *page)
{
#if defined(__linux__)
    if (!guard->protect) {
        bool marked = madvise(page, guard->page_size, MADV_GUARD_INSTALL) == 0;

        if (marked && (guard->tried || !is_readable(page))) {
            guard->tried = true;
            return true;
        }
        if (!marked && errno == ENOMEM)
            return false;
        guard->protect = true; // Also for memory that is locked.
    }
#endif
    return mprotect(page, guard->page_size, PROT_NONE) == 0;
}
