// Scenarios in several processes at a time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_JOBS_H
#define TRIO_SIM_RUNNER_JOBS_H

#include "sim/runner/options.h"
#include "sim/runner/record.h"

// Whether there are any but this one: --jobs is 1 then, and else 0, if nothing
// is asked for.
extern const bool trio_runner_jobs_exist_;

// What there is to do: each scenario once, for `time` at most if that is not 0.
struct jobs {
    const struct options *options;
    const struct trio_config *config;
    struct trio_campaign *campaign; // Of this process, for inquests.
    const struct trio_scenario *const *scenarios;
    size_t count;
    trio_duration time;
    const struct listener *listener; // Called in this process.
};

// Has `options->jobs` processes do it. Of several scenarios each process takes
// some, of a single one each takes other seeds. A process that dies has failed
// the scenario that it was at, and another one goes on. SIGINT or SIGTERM stops
// all: what they are at comes as stopped. `*ret_clean`: none had anything to
// complain of once it was done, as a sanitizer that found leaks has. False:
// there are no processes to be had.
bool trio_runner_jobs_(const struct jobs *jobs, bool *ret_clean);

#endif // TRIO_SIM_RUNNER_JOBS_H
