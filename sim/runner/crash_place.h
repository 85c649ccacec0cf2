// The place at which a process has crashed, and how it came there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CRASH_PLACE_H
#define TRIO_SIM_RUNNER_CRASH_PLACE_H

#include <stddef.h>

// Does what takes a heap, so that it is done when one is needed.
void trio_runner_crash_place_prepare_(void);

// Finds the calls of the program that were under way, innermost first, if that
// can be; to be called from the handler of a signal. Returns how many.
size_t trio_runner_crash_calls_(const void **ret_calls, size_t max);

#endif // TRIO_SIM_RUNNER_CRASH_PLACE_H
