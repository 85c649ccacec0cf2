// The calls that are under way.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_BACKTRACE_H
#define TRIO_SIM_RUNNER_BACKTRACE_H

#include <stddef.h>
#include <stdint.h>

// Writes where each of them goes on, the innermost first, and at most `max`.
// Returns how many; 0 where there is no unwinder.
size_t trio_runner_backtrace_(uintptr_t *ret_addresses, size_t max);

#endif // TRIO_SIM_RUNNER_BACKTRACE_H
