// Crashes: what was under way when the process died.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_CRASH_H
#define TRIO_SIM_RUNNER_CRASH_H

#include "sim/runner/options.h"
#include "sim/runner/record.h"

struct kernel;

enum { DEATH_TEXT_MAX = 200 };

// What is known of the end of a process, in memory that it shares with the one
// that has to go on.
struct death {
    bool told;            // It came to telling: the rest is set.
    struct record record; // Under way.
    char text[DEATH_TEXT_MAX];      // "crashed: SIGSEGV at ..."
    char token[TRIO_SIM_TOKEN_MAX]; // Of the run, if it kept its decisions.
};

// Returns memory that is shared with processes forked from now on, zeroed, or
// NULL.
void *trio_runner_shared_new_(size_t size);

// From now on a crash says which scenario it was in and how to run that again,
// and then goes on as it would have without. A step that takes more than
// `options->step_seconds` of processor time is one.
void trio_runner_crash_catch_(const struct options *options);

// Says what is under way: a campaign, or the replay of `token`. Both stay where
// they are until this is called again; NULL: nothing is.
void trio_runner_crash_expect_(const struct record *record, const char *token);

// From now on a crash is told there, and not said.
void trio_runner_crash_tell_(struct death *death);

// From now on a step may take that long; a forked process has no limit before.
void trio_runner_crash_limit_(uint64_t seconds);

// What is done last at a crash, with little to rely on, in place of all that
// would have come of it; `kernel` is the one whose run it ended, or NULL.
typedef void crash_fn(void *context, const struct death *death,
                      struct kernel *kernel);
void trio_runner_crash_then_(crash_fn *fn, void *context);

#endif // TRIO_SIM_RUNNER_CRASH_H
