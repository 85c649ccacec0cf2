// What makes pages below a stack fault: a file per system.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_POSIX_STACK_GUARD_H
#define TRIO_IO_POSIX_STACK_GUARD_H

#include <stdbool.h>
#include <stddef.h>

// How pages are made to fault: found out at the first one, then the same for
// all of a pool. Begins as {page_size, size}.
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

#endif // TRIO_IO_POSIX_STACK_GUARD_H
