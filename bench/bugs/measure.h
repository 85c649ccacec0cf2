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

// Whether it needs a cancellation; the name says so.
bool measure_is_cancellation(const struct trio_scenario *bug);

// Runs a campaign, which must be possible.
void measure_campaign(const struct measure *measure,
                      const struct trio_scenario *scenario,
                      const struct trio_campaign_options *options,
                      struct trio_campaign_result *ret_result);

// Each of the following measures the chosen bugs, prints what it has found, and
// returns how many of them were not as they must be.

// Each bug fails by its witness, and passes first in, first out.
unsigned measure_witnesses(const struct measure *measure);

// After how many schedules each strategy finds each bug.
unsigned measure_strategies(const struct measure *measure);

// After how many runs a default campaign finds what needs a cancellation, and
// that it lets pass what was corrected.
unsigned measure_sweeps(const struct measure *measure);

// What is left of each failure when it has been shrunk, that its token replays,
// and how well it fits a program that was changed elsewhere.
unsigned measure_tokens(const struct measure *measure);

#endif // BENCH_BUGS_MEASURE_H
