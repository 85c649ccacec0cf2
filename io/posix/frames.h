// Walks along frame pointers.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_POSIX_FRAMES_H
#define TRIO_IO_POSIX_FRAMES_H

#include <trio/backend.h>

// The `backtrace` of a report.
size_t trio_frames_walk_(void *context, struct trio_registers registers,
                         const void *top, const void **ret_places, size_t max);

// The same, of the calls that are under way here; without a `top` there are
// none.
size_t trio_frames_walk_here_(const void *top, const void **ret_places,
                              size_t max);

#endif // TRIO_IO_POSIX_FRAMES_H
