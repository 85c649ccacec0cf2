// Interrupts: somebody wants it all to stop.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_POSIX_INTERRUPT_H
#define TRIO_SIM_RUNNER_POSIX_INTERRUPT_H

#include <stdbool.h>

enum {
    INTERRUPT_POLL_MS = 200 // Waits look that often, for one just before them.
};

// From now on Ctrl-C and SIGTERM only say so, also in processes forked later.
void trio_runner_interrupts_catch_(void);

// In a process of the runner's: its own parent decides.
void trio_runner_interrupts_ignore_(void);

// Whether there was one.
bool trio_runner_interrupted_(void);

#endif // TRIO_SIM_RUNNER_POSIX_INTERRUPT_H
