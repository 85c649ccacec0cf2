// Deadlines, earliest first.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Most timers are never looked at: a limit round an operation is armed and
// disarmed again before the loop asks for the time. So a timer that is armed is
// only put into a ring of fresh ones, linked both ways by `next` and `before`.
// There its `key_sequence` is 0, which no timer of the heap has. `run->due` is
// not later than any timer, wherever it is: that is all a switch has to look
// at.

#ifndef TRIO_CORE_TIMER_H
#define TRIO_CORE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <trio/cancel_scope.h>
#include <trio/time.h>

#include "core/base.h"
#include "core/run.h"

// ---- timer.c: the heap ----
void trio_timer_move_(struct trio_run *run, struct trio_timer *timer,
                      trio_time deadline);
void trio_timer_remove_(struct trio_run *run, struct trio_timer *timer);
struct trio_timer *trio_timer_first_(struct trio_run *run);
// Returns the first deadline that is later than `time`, TRIO_FOREVER: none.
trio_time trio_timer_next_(struct trio_run *run, trio_time time);
void trio_timers_expire_(struct trio_run *run);

static inline bool trio_timers_exist_(const struct trio_run *run)
{
    return run->timers != NULL || run->fresh.next != &run->fresh;
}

// ---- The ring of fresh ones ----

static inline bool trio_timer_is_fresh_(const struct trio_timer *timer)
{
    return timer->key_sequence == 0;
}

static inline void trio_timer_stamp_(struct trio_run *run,
                                     struct trio_timer *timer,
                                     trio_time deadline)
{
    TRIO_ASSERT(deadline != TRIO_FOREVER);
    timer->deadline = deadline;
    timer->sequence = ++run->sequence;
    if (deadline < run->due)
        run->due = deadline;
}

static inline void trio_timer_arm_(struct trio_run *run,
                                   struct trio_timer *timer, trio_time deadline)
{
    struct trio_timer *ring = &run->fresh;

    trio_timer_stamp_(run, timer, deadline);
    timer->key_sequence = 0;
    timer->before = ring;
    timer->next = ring->next;
    ring->next->before = timer;
    ring->next = timer;
}

static inline void trio_timer_take_fresh_(const struct trio_timer *timer)
{
    timer->before->next = timer->next;
    timer->next->before = timer->before;
}

static inline void trio_timer_disarm_(struct trio_run *run,
                                      struct trio_timer *timer)
{
    if (trio_timer_is_fresh_(timer))
        trio_timer_take_fresh_(timer);
    else
        trio_timer_remove_(run, timer);
}

#endif // TRIO_CORE_TIMER_H
