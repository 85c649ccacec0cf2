// What happened, in words.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_ROW_H
#define TRIO_SIM_RUNNER_ROW_H

#include "sim/kernel/kernel.h"

enum { ROW_NAME_MAX = 32, ROW_TEXT_MAX = 80 };

// A line of a timeline.
struct row {
    uint64_t step; // 0: the same as above.
    uint32_t task; // In whose column; 0: across all.
    char text[ROW_TEXT_MAX];
};

// Reads events one after the other, from the first one on.
struct row_reader {
    const struct kernel *kernel;
    uint64_t step;
    bool told;    // A row of this step was read.
    bool stopped; // In this step, by an event that says so.
};

// Reads the next event, which `actor` caused. Returns false if there is nothing
// to say about it.
bool trio_runner_row_read_(struct row_reader *reader, const struct event *event,
                           uint32_t actor, struct row *ret);

#endif // TRIO_SIM_RUNNER_ROW_H
