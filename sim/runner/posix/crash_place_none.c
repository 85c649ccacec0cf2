// Other libcs cannot be linked with the unwinder into one file: a crash has no
// place.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/crash_place.h"

#include <stdlib.h> // Says which libc this is.

#if !defined(__GLIBC__)

void trio_runner_crash_place_prepare_(void)
{
}

size_t trio_runner_crash_calls_(const void **ret_calls, size_t max)
{
    (void)ret_calls, (void)max;
    return 0;
}

#endif
