// What happened, in words.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_ROW_H
#define TRIO_SIM_RUNNER_ROW_H

#include "sim/kernel/kernel.h"

enum { ROW_NAME_MAX = 32, ROW_TEXT_MAX = 96 };

// A line of a timeline.
struct row {
    uint64_t step; // 0: the same as above.
    uint32_t task; // In whose column; 0: across all.
    char text[ROW_TEXT_MAX];
};

// Reads the events of a run, from the first one on.
struct row_reader {
    const struct kernel *kernel;
    uint64_t step;
    size_t fired; // Deviations so far.
    uint64_t now; // Microseconds since the run began.
    uint64_t told_now;
    bool told; // A row of this step was told.
};

// Reads the next event, which `actor` caused. Returns false if there is nothing
// to say about it.
bool trio_runner_row_read_(struct row_reader *reader, const struct event *event,
                           uint32_t actor, struct row *ret);

// Says that a row that was read will be told; returns true if before that one
// another is to be, which says how much time has passed.
bool trio_runner_row_tell_(struct row_reader *reader, struct row *row,
                           struct row *ret_time);

#endif // TRIO_SIM_RUNNER_ROW_H
