// The performance counter neither jumps nor goes back, in any thread, since
// Windows 10 also where the CPU's own counter does not serve.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/clock.h"

#include <windows.h>

#include <trio/base.h>

// A second may have as many ticks as a nanosecond fits in; so the whole seconds
// go first, and no product is too large.
trio_time trio_clock_now_(void *context)
{
    LARGE_INTEGER ticks, frequency;

    (void)context;
    TRIO_ASSERT(QueryPerformanceFrequency(&frequency));
    TRIO_ASSERT(QueryPerformanceCounter(&ticks));
    int64_t seconds = ticks.QuadPart / frequency.QuadPart;
    int64_t rest = ticks.QuadPart % frequency.QuadPart;
    return seconds * TRIO_SECOND + rest * TRIO_SECOND / frequency.QuadPart;
}

// It costs little enough to be read each time.
trio_time trio_clock_now_coarse_(void *context)
{
    return trio_clock_now_(context);
}

trio_duration trio_clock_resolution_(void)
{
    return 0;
}
