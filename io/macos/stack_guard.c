// Each guard is a part of the mapping with another protection: a mapping of its
// own to the system, but there is no small limit on them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <sys/mman.h>

#include "io/posix/stack_guard.h"

size_t trio_stack_guard_install_(struct trio_stack_guard_ *guard, char *first,
                                 size_t stride, size_t count)
{
    size_t n = 0;

    while (n < count &&
           mprotect(first + n * stride, guard->size, PROT_NONE) == 0)
        n++;
    return n;
}
