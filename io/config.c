// The operating system, as a configuration: each member comes from one file,
// most of them of the system, and nothing is opened before the run begins.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/backend.h>
#include <trio/run.h>

#include "io/clock.h"
#include "io/random.h"
#include "io/stacks.h"
#include "io/world.h"

struct trio_config trio_config_platform(void)
{
    return (struct trio_config){.version = TRIO_VERSION,
                                .clock = trio_platform_clock_(),
                                .world = trio_platform_world_(),
                                .memory = trio_platform_memory_(),
                                .random = trio_platform_random_(),
                                .report = trio_report_platform(),
                                .catch_interrupt = true};
}
