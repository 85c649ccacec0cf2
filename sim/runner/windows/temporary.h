// Files that are there as long as they are open.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_WINDOWS_TEMPORARY_H
#define TRIO_SIM_RUNNER_WINDOWS_TEMPORARY_H

// Returns a descriptor of a new one, negative: it cannot be had.
int trio_runner_temporary_new_(void);

#endif // TRIO_SIM_RUNNER_WINDOWS_TEMPORARY_H
