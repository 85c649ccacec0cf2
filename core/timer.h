// Deadlines, earliest first.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_TIMER_H
#define TRIO_CORE_TIMER_H

#include <stdbool.h>
#include <trio/time.h>

struct trio_run;
struct trio_timer;

void trio_timer_arm_(struct trio_run *run, struct trio_timer *timer,
                     trio_time deadline);
void trio_timer_move_(struct trio_run *run, struct trio_timer *timer,
                      trio_time deadline);
void trio_timer_disarm_(struct trio_run *run, struct trio_timer *timer);
struct trio_timer *trio_timer_first_(struct trio_run *run);
bool trio_timers_exist_(const struct trio_run *run);
void trio_timers_expire_(struct trio_run *run);

#endif // TRIO_CORE_TIMER_H
