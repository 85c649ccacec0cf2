// The terminal that a person looks at.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_TERMINAL_H
#define TRIO_SIM_RUNNER_TERMINAL_H

#include <stdio.h>

// Returns the standard error if that is a terminal, which knows the sequence
// that clears a line; else NULL.
FILE *trio_runner_terminal_(void);

// Returns how much fits on a line of it, so that it can be drawn over.
int trio_runner_terminal_columns_(void);

#endif // TRIO_SIM_RUNNER_TERMINAL_H
