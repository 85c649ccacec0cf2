// How far the runner is, on a terminal.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_PROGRESS_H
#define TRIO_SIM_RUNNER_PROGRESS_H

#include <stdio.h>

#include <trio/backend.h>

#include "sim/runner/record.h"

// One line at the bottom of a terminal, drawn anew a few times a second. Where
// there is no terminal, it is nothing.
struct progress {
    FILE *terminal;  // NULL: there is none.
    struct trio_clock clock;
    trio_time begun;
    trio_time drawn; // Last.
    size_t count;    // Scenarios,
    size_t done;     // of which so many are over.
    uint64_t runs;   // Of those.
    bool visible;
};

struct progress trio_runner_progress_(struct trio_clock clock, size_t count);

// Shows what a scenario under way has come to, if it is time to.
void trio_runner_progress_show_(struct progress *progress,
                                const struct record *record);

// Takes the line away, so that others can be printed.
void trio_runner_progress_hide_(struct progress *progress);

#endif // TRIO_SIM_RUNNER_PROGRESS_H
