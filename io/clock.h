// The system's clock, as a seam.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_CLOCK_H
#define TRIO_IO_CLOCK_H

#include <trio/backend.h>

struct trio_clock trio_platform_clock_(void);

// ---- Of the system ----

// The monotonic clock.
trio_time trio_clock_now_(void *context);

// The same as of some moment in the last `trio_clock_resolution_()`.
trio_time trio_clock_now_coarse_(void *context);
trio_duration trio_clock_resolution_(void);

#endif // TRIO_IO_CLOCK_H
