// What the system brings for twins in processes of their own.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_TWIN_SYSTEM_H
#define TRIO_SIM_RUNNER_TWIN_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Runs `program --twin SCENARIO --seed N`, with as much as can be different
// around it. Puts what it prints into `text`, as much as fits. False: it could
// not be run, or crashed.
bool trio_runner_twin_run_(const char *program, const char *scenario,
                           uint64_t seed, char *text, size_t size);

#endif // TRIO_SIM_RUNNER_TWIN_SYSTEM_H
