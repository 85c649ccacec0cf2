// What was tried of a scenario, and what came out, in a line.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_SUMMARY_H
#define TRIO_SIM_RUNNER_SUMMARY_H

#include <stddef.h>
#include <stdio.h>

#include "sim/runner/record.h"

// Writes one line; names are `width` wide.
void trio_runner_summary_line_(FILE *out, const struct record *record,
                               size_t width);

// Writes how often each strategy was tried, and what it cost.
void trio_runner_summary_details_(FILE *out, const struct record *record);

#endif // TRIO_SIM_RUNNER_SUMMARY_H
