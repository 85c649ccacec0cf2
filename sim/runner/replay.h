// One schedule, shown.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_REPLAY_H
#define TRIO_SIM_RUNNER_REPLAY_H

#include "sim/runner/options.h"

// Replays the token of `options` on that of the scenarios which it is of, shows
// what happens, and returns the exit code.
int trio_runner_replay_(const struct options *options,
                        struct trio_campaign *campaign,
                        const struct trio_scenario *const *scenarios,
                        size_t count);

#endif // TRIO_SIM_RUNNER_REPLAY_H
