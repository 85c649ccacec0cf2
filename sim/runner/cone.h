// What of a run can have had to do with its end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CONE_H
#define TRIO_SIM_RUNNER_CONE_H

#include "sim/kernel/kernel.h"

// The causal cone of where a run failed: backwards from there whatever a task
// in it did before, whoever woke or started such a task, whoever ended and was
// waited for, and whoever used what such a task used later. Where nobody could
// go on, the cone is that of all who waited. A task that a deviation names is
// in it with all that it did: what matters may be plain memory, of which
// nothing is known. What came after the failure, while the run was taken down,
// is left out.
struct cone {
    size_t count;     // Of events, up to the failure.
    bool failed;      // The last of them is the failure.
    uint32_t *actors; // Of each event: number of the task that did it, 0: none.
    bool *inside;     // Of each event.
};

// Reads the run that was last. `named`: of each task, whether a deviation names
// it. Its memory is to be given back.
struct cone trio_runner_cone_(const struct kernel *kernel, const bool *named);
void trio_runner_cone_free_(struct cone *cone);

#endif // TRIO_SIM_RUNNER_CONE_H
