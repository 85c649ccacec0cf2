// Crashes: what was under way when the process died.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CRASH_H
#define TRIO_SIM_RUNNER_CRASH_H

#include "sim/runner/options.h"
#include "sim/runner/record.h"
#include "sim/search/search.h"

enum { DEATH_TEXT_MAX = 200, DEATH_CALLS_MAX = 32 };

// The decisions of a run, all in one piece of memory.
struct schedule {
    struct plan plan; // Without a strategy. Of no scenario: there is none.
    struct deviation deviations[DEVIATIONS_MAX]; // If there are more, the last.
};

// What is known of the end of a process, in memory that it shares with the one
// that has to go on.
struct death {
    bool told;                          // It came to telling: the rest is set.
    struct record record;               // Under way.
    char text[DEATH_TEXT_MAX];          // "crashed: SIGSEGV at ..."
    const void *calls[DEATH_CALLS_MAX]; // Under way, innermost first;
    size_t call_count;                  // 0: not known.
    struct schedule schedule;           // Of the run, if it kept its decisions.
    char token[TRIO_SIM_TOKEN_MAX];     // Of that, if there is room.
};

// Takes down the run that is under way as far as it has come, if it is one that
// keeps its decisions: a replay, or of a sweep.
void trio_runner_schedule_take_(struct schedule *schedule,
                                const struct kernel *kernel);

// From now on a crash says which scenario it was in and how to run that again,
// and then goes on as it would have without, or ends. A step that takes more
// than `options->step_seconds` of processor time is one.
void trio_runner_crash_catch_(const struct options *options);

// The same, but a sanitizer that ends the process does so by itself, if it does
// not say before that there is an error: there is somebody else who waits for
// its end.
void trio_runner_crash_catch_signals_(const struct options *options);

// Says what is under way: a campaign, or the replay of `token`. Both stay where
// they are until this is called again; NULL: nothing is.
void trio_runner_crash_expect_(const struct record *record, const char *token);

// Says what counts the runs of the campaign that begins, after `before` others;
// it stays where it is until this is called again.
void trio_runner_crash_count_(const uint64_t *runs, uint64_t before);

// From now on a crash is told there, and not said.
void trio_runner_crash_tell_(struct death *death);

// From now on a step may take that long, but for the one of the number
// `endless`, of which that is known, 0: of none. A forked process has no limit
// before.
void trio_runner_crash_limit_(uint64_t seconds, uint64_t endless);

// What is done last at a crash, with little to rely on, in place of all that
// would have come of it; `kernel` is the one whose run it ended, or NULL.
typedef void crash_fn(void *context, const struct death *death,
                      struct kernel *kernel);
void trio_runner_crash_then_(crash_fn *fn, void *context);

#endif // TRIO_SIM_RUNNER_CRASH_H
