// The clock that stands still while the machine sleeps, as the waits of kevent
// do, and as the monotonic clock of Linux does. CLOCK_MONOTONIC would go on
// here, and a deadline would be past that no wait has come to.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/clock.h"

#include <time.h>

#include <trio/base.h>

trio_time trio_clock_now_(void *context)
{
    struct timespec time;

    (void)context;
    TRIO_ASSERT(clock_gettime(CLOCK_UPTIME_RAW, &time) == 0);
    return time.tv_sec * TRIO_SECOND + time.tv_nsec;
}

// The system's own coarse reading may be of any age.
trio_time trio_clock_now_coarse_(void *context)
{
    return trio_clock_now_(context);
}

trio_duration trio_clock_resolution_(void)
{
    return 0;
}
