// What happened, in words.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_ROW_H
#define TRIO_SIM_RUNNER_ROW_H

#include "sim/runner/names.h"

enum { ROW_NAME_MAX = 32, ROW_TEXT_MAX = 160 };

// A line of a timeline.
struct row {
    uint64_t step; // In which it happened; 0: between two.
    uint64_t now;  // Microseconds since the run began.
    uint64_t hash; // Of what is said: equal where two runs are still the same.
    uint32_t task; // In whose column; 0: across all.
    uint32_t place; // In the code.
    uint8_t kind;  // Of the event.
    bool shown;    // False: left out.
    char text[ROW_TEXT_MAX];
};

// Reads the events of a run, from the first one on.
struct row_reader {
    const struct kernel *kernel;
    const struct names *names;
    size_t event; // The next one.
    uint64_t step;
    size_t fired; // Deviations so far.
    uint64_t now;
    bool busy; // There is a row of this step.
};

// Reads the next event, which `actor` caused. Returns false if there is nothing
// to say about it.
bool trio_runner_row_read_(struct row_reader *reader, uint32_t actor,
                           struct row *ret);

TRIO_PRINTF(2, 3)
void trio_runner_row_say_(struct row *row, const char *format, ...);

#endif // TRIO_SIM_RUNNER_ROW_H
