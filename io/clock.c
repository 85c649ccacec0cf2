// What the clock of the system says, and what the run needs besides.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/clock.h"

static trio_duration until(void *context, trio_time deadline)
{
    if (deadline == TRIO_FOREVER)
        return TRIO_FOREVER;
    trio_time present = trio_clock_now_(context);
    return deadline > present ? deadline - present : 0;
}

struct trio_clock trio_platform_clock_(void)
{
    return (struct trio_clock){.now = trio_clock_now_,
                               .now_coarse = trio_clock_now_coarse_,
                               .coarse_resolution = trio_clock_resolution_(),
                               .until = until};
}
