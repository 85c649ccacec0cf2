// What the system brings for crashes: which of its signals are one, and time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CRASH_SYSTEM_H
#define TRIO_SIM_RUNNER_CRASH_SYSTEM_H

#include <stdbool.h>

#include "sim/kernel/kernel.h"

// ---- What each system brings ----

// From now on the first function below is called when this process crashes, in
// any way that it can. `alone`: nobody else waits for its end.
void trio_runner_crash_signals_(bool alone);

// From now on the second one is called after each second of processor time, or
// no more.
void trio_runner_crash_ticks_(bool on);

// Says it on the standard error, without a lock.
void trio_runner_crash_say_(const char *words);

// Has the process end after that many seconds of real time, whatever it does.
void trio_runner_crash_hurry_(unsigned seconds);

// ---- What it calls ----

// The process is about to end. `kernel` is the one whose run it ends, or NULL;
// it is not the current one any more. `with_place`: it is known where it stood.
void trio_runner_crash_die_(struct kernel *kernel, const char *what,
                            bool with_place);

// Returns the current kernel, which is not that any more: from here on the real
// world is ours.
struct kernel *trio_runner_crash_leave_run_(void);

// Looks whether the run of `kernel`, if that is not NULL, is still in the same
// step, and for too long. True: it has been told, and the process has to end.
bool trio_runner_crash_tick_(struct kernel *kernel);

#endif // TRIO_SIM_RUNNER_CRASH_SYSTEM_H
