// Crashes: what was under way when the process died.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CRASH_H
#define TRIO_SIM_RUNNER_CRASH_H

#include "sim/runner/options.h"
#include "sim/runner/record.h"

// From now on a crash says which scenario it was in and how to run that again,
// and then goes on as it would have without.
void trio_runner_crash_catch_(const struct options *options);

// Says what is under way: a campaign, or the replay of `token`. Both stay where
// they are until this is called again; NULL: nothing is.
void trio_runner_crash_expect_(const struct record *record, const char *token);

#endif // TRIO_SIM_RUNNER_CRASH_H
