// Twins in processes of their own: where memory lies, what it held and what the
// environment says is another there from the start.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_TWIN_PROCESS_H
#define TRIO_SIM_RUNNER_TWIN_PROCESS_H

#include <trio/scenario.h>

// What came of one.
enum twin { TWIN_SAME, TWIN_OTHER, TWIN_UNKNOWN };

// Runs the schedule of a seed and returns its hash.
uint64_t trio_runner_twin_hash_(const struct trio_scenario *scenario,
                                uint64_t seed);

// Prints that, for the process that asks: all that `--twin SCENARIO --seed N`
// does.
void trio_runner_twin_print_(const struct trio_scenario *scenario,
                             uint64_t seed);

// Runs `program --twin SCENARIO --seed N` in another environment. TWIN_UNKNOWN:
// it could not be run, or crashed.
enum twin trio_runner_twin_process_(const char *program, const char *scenario,
                                    uint64_t seed, uint64_t expected_hash);

// Runs a process for each of `count` seeds of a scenario, from `seed` on, and
// says on the standard error which are not as in this process. Returns how many
// that are.
uint64_t trio_runner_twin_processes_(const char *program,
                                     const struct trio_scenario *scenario,
                                     uint64_t seed, uint64_t count);

#endif // TRIO_SIM_RUNNER_TWIN_PROCESS_H
