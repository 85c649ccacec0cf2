// One scenario: its corpus, then a campaign, or as many as there is time for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_TRIAL_H
#define TRIO_SIM_RUNNER_TRIAL_H

#include "sim/runner/options.h"
#include "sim/runner/record.h"

// A `trial` is all that is needed to try scenarios one after the other.
struct trial {
    const struct options *options;
    struct trio_clock clock; // The real one.
    struct trio_campaign *campaign;

    // Which part of each scenario's search this one does, of how many.
    uint64_t part;
    uint64_t parts;

    const struct listener *listener; // Of progress and warnings.
};

// Tries a scenario, for `time` at most: that of --seconds; 0: one campaign.
void trio_runner_try_(const struct trial *trial,
                      const struct trio_scenario *scenario, trio_duration time,
                      struct record *ret_record);

// Does the campaign of a record again, without regard to time.
void trio_runner_try_again_(const struct trial *trial,
                            const struct record *record);

#endif // TRIO_SIM_RUNNER_TRIAL_H
