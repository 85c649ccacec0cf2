// The places in the program that say SOMETIMES.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_SOMETIMES_H
#define TRIO_SIM_RUNNER_SOMETIMES_H

#include "sim/runner/record.h"

// Takes note of those that the runs of a scenario came to.
void trio_runner_sometimes_note_(const struct record *record);

// Makes a failure of the next place that no run has come to; `*at` is 0 at
// first. False: there is none.
bool trio_runner_sometimes_next_(size_t *at, struct record *ret_record);

#endif // TRIO_SIM_RUNNER_SOMETIMES_H
