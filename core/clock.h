// What time it is, exactly or cheaply.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_CLOCK_H
#define TRIO_CORE_CLOCK_H

#include <trio/time.h>

#include "core/run.h"

trio_time trio_clock_read_(struct trio_run *run); // Anew.
trio_time trio_now_(struct trio_run *run); // Once in a look of the loop's.
trio_time trio_from_this_moment_(struct trio_run *run, trio_duration limit);
bool trio_has_come_(struct trio_run *run, trio_time time);

// The run's time as the current task is told it, and back.
static inline trio_time trio_told_(const struct trio_run *run, trio_time time)
{
    const struct trio_clock *clock = &run->config.clock;

    return clock->told == NULL ? time : clock->told(clock->context, time);
}

static inline trio_time trio_meant_(const struct trio_run *run, trio_time time)
{
    const struct trio_clock *clock = &run->config.clock;

    return clock->meant == NULL ? time : clock->meant(clock->context, time);
}

#define LONG_LIMIT TRIO_SECOND

// Where a limit that begins now ends.
static inline trio_time trio_from_now_(struct trio_run *run,
                                       trio_duration limit)
{
    const struct trio_clock *clock = &run->config.clock;

    if (limit < LONG_LIMIT || limit == TRIO_FOREVER ||
        clock->now_coarse == NULL)
        return trio_from_this_moment_(run, limit);
    trio_time soon =
        clock->now_coarse(clock->context) + clock->coarse_resolution;
    trio_time start = soon > run->now ? soon : run->now;
    trio_time end;
    return __builtin_add_overflow(start, limit, &end) ? TRIO_FOREVER : end;
}

#endif // TRIO_CORE_CLOCK_H
