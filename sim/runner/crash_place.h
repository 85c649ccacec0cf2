// The place at which a process has crashed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CRASH_PLACE_H
#define TRIO_SIM_RUNNER_CRASH_PLACE_H

#include <stddef.h>

// Does what takes a heap, so that it is done when one is needed.
void trio_runner_crash_place_prepare_(void);

// Appends " at ..." to `text`, with the innermost place in the program, if it
// can be found; to be called from the handler of a signal.
void trio_runner_crash_place_(char *text, size_t size);

#endif // TRIO_SIM_RUNNER_CRASH_PLACE_H
