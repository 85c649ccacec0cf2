// What is measured about the bugs, and printed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_BUGS_MEASURE_H
#define BENCH_BUGS_MEASURE_H

#include <trio/campaign.h>

enum { TRIALS_MAX = 20, SCHEDULES_MAX = 10000 };

struct measure {
    struct trio_campaign *campaign;
    const char *pattern; // Names of bugs, as in a shell; NULL: all.
    unsigned trials;     // Of each strategy.
};

// Returns the first chosen scenario from `scenario` on, NULL if there is none.
// Bugs are those that have a witness; others have been corrected.
const struct trio_scenario *
measure_next_bug(const struct measure *measure,
                 const struct trio_scenario *scenario);
const struct trio_scenario *
measure_next_corrected(const struct measure *measure,
                       const struct trio_scenario *scenario);

// Whether its witness cancels something.
bool measure_is_cancellation(const struct trio_scenario *bug);

// Runs a campaign, which must be possible.
void measure_campaign(const struct measure *measure,
                      const struct trio_scenario *scenario,
                      const struct trio_campaign_options *options,
                      struct trio_campaign_result *ret_result);

// Has each bug fail by its witness, and pass first in, first out. Returns how
// many do not.
unsigned measure_witnesses(const struct measure *measure);

// Prints after how many schedules each strategy finds each bug.
void measure_strategies(const struct measure *measure);

// Prints after how many runs the default campaign finds what needs a
// cancellation, and whether it takes what was corrected for a bug.
void measure_sweeps(const struct measure *measure);

// Prints what is left of each failure when it has been shrunk, and how well its
// token fits a program that was changed elsewhere.
void measure_tokens(const struct measure *measure);

#endif // BENCH_BUGS_MEASURE_H
