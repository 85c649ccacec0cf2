// The deviations of a run, as they are told.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_DEVIATIONS_H
#define TRIO_SIM_RUNNER_DEVIATIONS_H

#include <stdio.h>

#include "sim/kernel/kernel.h"

// Of a run that differs more than this, the rest is only counted.
enum { DEVIATIONS_TOLD_MAX = 20 };

// Writes those of the run that was last, in words.
void trio_runner_deviations_write_(FILE *out, const struct kernel *kernel);

// Returns, for each task of that run by its number, whether a deviation that is
// told names it, or wakes it; to be freed. NULL: no memory.
bool *trio_runner_deviations_named_(const struct kernel *kernel);

#endif // TRIO_SIM_RUNNER_DEVIATIONS_H
