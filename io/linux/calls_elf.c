// Other libcs have no unwinder.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h> // Says which libc this is.

#if !defined(__GLIBC__)

#include "io/callers.h"
#include "io/posix/frames.h"

size_t trio_calls_find_(const void *top, const void **ret_places, size_t max)
{
    return trio_frames_walk_here_(top, ret_places, max);
}

#endif
