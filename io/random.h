// The system's random numbers, as a seam.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_RANDOM_H
#define TRIO_IO_RANDOM_H

#include <trio/backend.h>

struct trio_random trio_platform_random_(void);

#endif // TRIO_IO_RANDOM_H
