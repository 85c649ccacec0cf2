// What the command line and Bazel ask of the runner.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_OPTIONS_H
#define TRIO_SIM_RUNNER_OPTIONS_H

#include <stdio.h>

#include <trio/campaign.h>
#include <trio/scenario.h>

enum sweep { SWEEP_ON, SWEEP_OFF, SWEEP_ONLY };

// Which faults random runs draw.
enum faults { FAULTS_AS_ASKED, FAULTS_ON, FAULTS_OFF };

enum { PATTERNS_MAX = 64 };

#define STRATEGY_NAMES "fifo, random, pct, pos, delay and script"

// Exit codes.
enum { EXIT_PASSED, EXIT_FAILED, EXIT_USAGE, EXIT_UNDECIDED };

struct options {
    const char *program;                // As it was called.
    const char *patterns[PATTERNS_MAX]; // What is in the names of those to run.
    size_t pattern_count;               // 0: every scenario.
    const char *strategy;
    const char *script;
    const char *replay; // A token.
    const char *corpus; // A file of tokens, or a folder of such.
    const char *junit;
    const char *target;  // Of `bazel test`, or NULL.
    const char *outputs; // Folder for what is left of a failure, or NULL.
    uint64_t runs;
    uint64_t seconds; // Of all scenarios together; 0: one campaign for each.
    uint64_t seed;
    uint64_t jobs;    // Processes at a time; 0: all in this one.
    uint64_t step_seconds; // Of processor time; 0: no step is too long.
    uint64_t twins;   // Processes for each scenario, to compare with.
    const char *twin; // This is one, of that scenario.
    uint64_t shards;  // Parts that the scenarios are split into,
    uint64_t shard;   // and which of them is this one's.
    const enum trio_sim_order *order; // NULL: each scenario's own.
    enum sweep cancel_sweep;
    enum sweep time_sweep;
    enum sweep failure_sweep;
    enum faults faults; // As the scenarios ask, all, or none.
    bool no_malloc_failures;
    bool twins_only;   // Whether runs fail does not matter.
    bool no_sometimes; // What never held is no failure.
    bool no_shrink;
    bool list;
    bool full; // Reports leave nothing out.
    bool verbose;
    bool help;
};

// Reads the environment that `bazel test` sets, then the arguments. False: they
// are wrong, and it has said so.
bool trio_runner_options_read_(struct options *options, int count,
                               char **arguments);

// Says which options there are.
void trio_runner_options_help_(FILE *out, const char *program);

// Whether only sweeps are asked for.
static inline bool
trio_runner_options_sweep_only_(const struct options *options)
{
    return options->cancel_sweep == SWEEP_ONLY ||
           options->time_sweep == SWEEP_ONLY ||
           options->failure_sweep == SWEEP_ONLY;
}

#endif // TRIO_SIM_RUNNER_OPTIONS_H
