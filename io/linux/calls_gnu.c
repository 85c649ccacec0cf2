// The GNU libc brings in the compiler's unwinder when it is first asked, so a
// program is not linked with it. It needs no frame pointers, and ends at the
// first frame of a task.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h> // Says which libc this is.

#if defined(__GLIBC__)

#include <execinfo.h>
#include <stdint.h>

#include "io/callers.h"

size_t trio_calls_find_(const void *top, const void **ret_places, size_t max)
{
    (void)top;
    int count = backtrace((void **)(uintptr_t)ret_places, (int)max);
    return count < 0 ? 0 : (size_t)count;
}

#endif
