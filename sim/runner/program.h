// The runner as a function, for whoever has a main of another kind.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_PROGRAM_H
#define TRIO_SIM_RUNNER_PROGRAM_H

// Does what the arguments of a program of scenarios ask for; returns its exit
// code.
int trio_runner_program_(int argument_count, char **arguments);

#endif // TRIO_SIM_RUNNER_PROGRAM_H
