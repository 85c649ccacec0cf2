// The system's clock, as a seam.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_CLOCK_H
#define TRIO_IO_CLOCK_H

#include <trio/backend.h>

struct trio_clock trio_platform_clock_(void);

#endif // TRIO_IO_CLOCK_H
