// A run as rows, and what is left out of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_ROWS_H
#define TRIO_SIM_RUNNER_ROWS_H

#include "sim/runner/row.h"

// Rows in the order of the run. Where there is no memory for more they end.
struct rows {
    struct row *items;
    size_t count;
    size_t max;
};

void trio_runner_rows_add_(struct rows *rows, const struct row *row);
void trio_runner_rows_free_(struct rows *rows);

// Reads the run that was last, up to its end, which has a row if that is a
// failure, in the words of `failure`; NULL: it is none. Shown are the rows of
// what led there, or with `full` all.
struct rows trio_runner_rows_(const struct kernel *kernel, const char *failure,
                              bool full);

// Returns the rows that are shown, with others between them that say which
// steps were left out, and how much time has passed.
struct rows trio_runner_rows_shown_(const struct kernel *kernel,
                                    const struct rows *rows);

#endif // TRIO_SIM_RUNNER_ROWS_H
