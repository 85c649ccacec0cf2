// The platform's world: the calls that a run makes on its system.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_WORLD_H
#define TRIO_IO_WORLD_H

#include <trio/backend.h>

struct trio_world trio_platform_world_(void);

#endif // TRIO_IO_WORLD_H
