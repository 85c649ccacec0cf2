// Points and lengths of time on the run's clock, and sleeping.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TIME_H
#define TRIO_TIME_H

#include <trio/base.h>
#include <trio/status.h>

// A point on the run's clock, in nanoseconds. It says nothing about the time of
// day, and means nothing in another run. In simulation each host has a clock of
// its own, and a point is one of the clock where it was read: trio/sim_net.h.
typedef int64_t trio_time;

// A length of time in nanoseconds: `250 * TRIO_MS`. A negative one counts as 0.
typedef int64_t trio_duration;

#define TRIO_NS INT64_C(1)
#define TRIO_US INT64_C(1000)
#define TRIO_MS INT64_C(1000000)
#define TRIO_SECOND INT64_C(1000000000)
#define TRIO_MINUTE (60 * TRIO_SECOND)
#define TRIO_HOUR (60 * TRIO_MINUTE)

// Never: a time that does not come, a duration that does not end.
#define TRIO_FOREVER INT64_MAX

// A time that has passed already, on every clock.
#define TRIO_PAST INT64_MIN

TRIO_BEGIN_DECLS

// Adds without overflow: the result stays within TRIO_PAST and TRIO_FOREVER,
// and either of those two stays what it is. A negative duration counts as 0.
//
// Checkpoint: never.
static inline trio_time trio_time_add(trio_time time, trio_duration duration)
{
    if (duration <= 0 || time == TRIO_PAST)
        return time;
    if (duration == TRIO_FOREVER || time > TRIO_FOREVER - duration)
        return TRIO_FOREVER;
    return time + duration;
}

// Reads the run's clock, each time anew. In simulation time stands still in a
// step, but a scenario's run may let it pass at any reading but the first.
//
// Checkpoint: never. Also from entry callbacks.
trio_time trio_now(void);

// Sleeps for `duration` nanoseconds, counted from the call; never less. From a
// second on it may be some milliseconds more.
//
// Checkpoint: always, also for 0.
// Returns: TRIO_OK         the time has passed.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status trio_sleep(trio_duration duration);

// Sleeps until `time` on the run's clock; TRIO_PAST and TRIO_FOREVER are fine.
//
// Checkpoint: always, also for a time that has passed.
// Returns: TRIO_OK         the time has come.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status trio_sleep_until(trio_time time);

// Sleeps until an enclosing scope is cancelled. Does not count as something
// that could wake the run: if every task does this, the run is deadlocked.
//
//     struct trio_nursery nursery;
//
//     trio_nursery_open(&nursery);
//     rc = trio_nursery_start_soon(&nursery, greet, ada);
//     if (rc == TRIO_OK)
//         rc = trio_sleep_forever(); // until one of them fails
//     return trio_nursery_close(&nursery, rc);
//
// Checkpoint: always.
// Returns: TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status trio_sleep_forever(void);

TRIO_END_DECLS

#endif // TRIO_TIME_H
