// The loop, and what it does when nobody can go on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_LOOP_H
#define TRIO_CORE_LOOP_H

#include <trio/time.h>

#define QUICK_STEPS 64

struct trio_run;

// ---- loop.c, idle.c, deadlock.c ----
void trio_loop_(struct trio_run *run);
trio_duration trio_idle_limit_(struct trio_run *run);
void trio_idle_(struct trio_run *run);
void trio_deadlock_(struct trio_run *run);

#endif // TRIO_CORE_LOOP_H
