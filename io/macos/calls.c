// All code keeps frame pointers here. The system's own walk wants the stack of
// a thread, which that of a task is not.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/callers.h"
#include "io/posix/frames.h"

size_t trio_calls_find_(const void *top, const void **ret_places, size_t max)
{
    return trio_frames_walk_here_(top, ret_places, max);
}
