// What of a run can have had to do with its end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CONE_H
#define TRIO_SIM_RUNNER_CONE_H

#include "sim/kernel/kernel.h"

// The causal cone of the last event of a run: backwards from there whatever a
// task in it did before, whoever woke or started such a task, and whoever used
// what such a task used later. Of a deadlock the ends are all tasks that wait.
struct cone {
    size_t count;     // Of events.
    uint32_t *actors; // Of each event: number of the task that did it, 0: none.
    bool *inside;     // Of each event.
};

// Reads the run that was last. Its memory is to be given back.
struct cone trio_runner_cone_(const struct kernel *kernel);
void trio_runner_cone_free_(struct cone *cone);

#endif // TRIO_SIM_RUNNER_CONE_H
