// A run as columns of text, one for each task.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_TIMELINE_H
#define TRIO_SIM_RUNNER_TIMELINE_H

#include <stdio.h>

#include "sim/kernel/kernel.h"

// Writes what led to the end of the run that was last, the latest at the
// bottom, in lines of about `width` columns. `failure`: marks the end as that;
// NULL: it is none. `full`: leaves nothing out.
void trio_runner_timeline_(FILE *out, const struct kernel *kernel,
                           const char *failure, bool full, size_t width);

#endif // TRIO_SIM_RUNNER_TIMELINE_H
