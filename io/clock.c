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

// As of the last tick of the kernel's timer: a store of its, so reading it
// costs a tenth of reading the clock.
static trio_time now_coarse(void *context)
{
    struct timespec time;

    (void)context;
    TRIO_ASSERT(clock_gettime(CLOCK_MONOTONIC_COARSE, &time) == 0);
    return time.tv_sec * TRIO_SECOND + time.tv_nsec;
}

static trio_duration coarse_resolution(void)
{
    struct timespec tick;

    TRIO_ASSERT(clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0);
    return tick.tv_sec * TRIO_SECOND + tick.tv_nsec;
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
    return (struct trio_clock){.now = now,
                               .now_coarse = now_coarse,
                               .coarse_resolution = coarse_resolution(),
                               .until = until};
}
