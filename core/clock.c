// What time it is, as the loop, its tasks and their limits need it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The loop needs one time for all timers of a look: it reads the clock once and
// keeps that. A task may compute for an hour in one step, so whatever it asks
// is read anew, and a limit counts from the moment of its call (S24).
//
// An exact reading costs more than a switch. A limit of a second or more does
// with the coarse one: that is at most its resolution behind, so with the
// resolution added the limit is never early, and late by no more than that. A
// kernel whose tick is overdue breaks that promise: so no limit counts from
// before the last exact reading, which is there to be had.
//
// All of the core has the run's time. A task may be on a machine whose clock
// tells another one: times become the task's, and back, where they pass the
// public functions, and nowhere else.

#include "core/clock.h"
#include "core/run.h"

trio_time trio_clock_read_(struct trio_run *run)
{
    const struct trio_clock *clock = &run->config.clock;

    run->now = clock->now(clock->context);
    return run->now;
}

trio_time trio_now_(struct trio_run *run)
{
    if (!run->now_is_fresh) {
        run->now_is_fresh = true;
        trio_clock_read_(run);
    }
    return run->now;
}

trio_time trio_from_this_moment_(struct trio_run *run, trio_duration limit)
{
    if (limit == TRIO_FOREVER)
        return TRIO_FOREVER;
    return trio_meant_(run, trio_time_add(trio_now(), limit));
}

bool trio_has_come_(struct trio_run *run, trio_time time)
{
    const struct trio_clock *clock = &run->config.clock;

    if (time <= run->now)
        return true;
    if (time == TRIO_FOREVER)
        return false;
    // Far off by the coarse reading: no need for the exact one.
    if (clock->now_coarse != NULL &&
        time >= trio_time_add(clock->now_coarse(clock->context),
                              clock->coarse_resolution + LONG_LIMIT))
        return false;
    return time <= trio_clock_read_(run);
}

trio_time trio_now(void)
{
    struct trio_run *run = trio_run_current_();

    return trio_told_(run, trio_clock_read_(run));
}
