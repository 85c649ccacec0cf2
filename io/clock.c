// The run's clock is the monotonic one: it does not jump when somebody sets the
// time of day, and it is the clock by which the kernel ends the waits of the
// loop, so that neither is early by the other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/clock.h"

#include <time.h>

#include <trio/base.h>

static trio_time now(void *context)
{
    struct timespec time;

    (void)context;
    TRIO_ASSERT(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
    return time.tv_sec * TRIO_SECOND + time.tv_nsec;
}

static trio_duration until(void *context, trio_time deadline)
{
    if (deadline == TRIO_FOREVER)
        return TRIO_FOREVER;
    trio_time present = now(context);
    return deadline > present ? deadline - present : 0;
}

struct trio_clock trio_platform_clock_(void)
{
    return (struct trio_clock){.now = now, .until = until};
}
