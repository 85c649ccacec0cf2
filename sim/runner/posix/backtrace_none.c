// Other libcs cannot be linked with the unwinder into one file: reports name
// no places.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/backtrace.h"

#include <stdlib.h> // Says which libc this is.

#if !defined(__GLIBC__)

size_t trio_runner_backtrace_(uintptr_t *ret_addresses, size_t max)
{
    (void)ret_addresses, (void)max;
    return 0;
}

#endif
