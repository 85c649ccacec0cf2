// The run's clock is the monotonic one: it does not jump when somebody sets the
// time of day, and it is the clock by which the kernel ends the waits of the
// loop, so that neither is early by the other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/clock.h"

#include <time.h>

#include <trio/base.h>

trio_time trio_clock_now_(void *context)
{
    struct timespec time;

    (void)context;
    TRIO_ASSERT(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
    return time.tv_sec * TRIO_SECOND + time.tv_nsec;
}

// As of the last tick of the kernel's timer: a store of its, so reading it
// costs a tenth of reading the clock.
trio_time trio_clock_now_coarse_(void *context)
{
    struct timespec time;

    (void)context;
    TRIO_ASSERT(clock_gettime(CLOCK_MONOTONIC_COARSE, &time) == 0);
    return time.tv_sec * TRIO_SECOND + time.tv_nsec;
}

trio_duration trio_clock_resolution_(void)
{
    struct timespec tick;

    TRIO_ASSERT(clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0);
    return tick.tv_sec * TRIO_SECOND + tick.tv_nsec;
}
