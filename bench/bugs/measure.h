// What is measured about the bugs, and printed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_BUGS_MEASURE_H
#define BENCH_BUGS_MEASURE_H

#include <trio/campaign.h>

enum {
    TRIALS_MAX = 20,
    SCHEDULES_MAX = 10000,
    MEASURE_LINE_MAX = TRIO_SIM_TOKEN_MAX + 2 * TRIO_SIM_TEXT_MAX
};

struct measure {
    struct trio_campaign *campaign;
    const char *pattern; // Names of bugs, as in a shell; NULL: all.
    unsigned trials;     // Of each strategy.
};

// Gives a measure its campaign, and takes it away. There is memory for that.
void measure_begin(struct measure *measure);
void measure_end(struct measure *measure);

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

// ---- Failures that are kept ----

// Finds a failure of a bug and shrinks it; of one that is hard to find, that of
// its witness. Returns whether it was found.
bool measure_failure(const struct measure *measure,
                     const struct trio_scenario *bug,
                     struct trio_campaign_result *ret_result);

// Replays a token. Returns NULL if the bug fails; else what came instead, in
// words.
const char *measure_replay(const struct measure *measure,
                           const struct trio_scenario *bug, const char *token,
                           struct trio_campaign_result *ret_result);

// Replays a line that measure_lines has printed. False: it has not led to the
// same failure, and says so.
bool measure_replay_line(const struct measure *measure, const char *line);

// The same in a new process of this program.
bool measure_replay_anew(const char *line);

// Replays all lines of a file, each in a process of its own; comments begin
// with '#'. Prints how many passed: those that led to the same failure. False:
// not all of them, or there is none for one of the bugs.
bool measure_replay_file(const char *path);

// ---- Parts ----

// Each of the following measures the chosen bugs, prints what it has found, and
// returns how many of them were not as they must be.

// Each bug fails by its witness, and passes first in, first out.
unsigned measure_witnesses(const struct measure *measure);

// After how many schedules each strategy finds each bug.
unsigned measure_strategies(const struct measure *measure);

// After how many runs a default campaign finds what needs a cancellation, and
// that it lets pass what was corrected.
unsigned measure_sweeps(const struct measure *measure);

// That a default campaign finds what needs an event, within 500 runs and with
// few deviations, and that what was corrected passes many more.
unsigned measure_events(const struct measure *measure);

// What is left of each failure when it has been shrunk, that its token replays,
// and how well it fits a program that was changed elsewhere.
unsigned measure_tokens(const struct measure *measure);

// Prints a line for each bug by which its failure is kept.
unsigned measure_lines(const struct measure *measure);

#endif // BENCH_BUGS_MEASURE_H
