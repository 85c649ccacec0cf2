// The table: a line for each figure of a row.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "bench/harness.h"

// The names of the variants, as bench_print_heading was given them.
extern const char *const *table_columns;

// Prints what each variant came to, NAN being a blank: ours as a multiple of
// what was written by hand and of the best peer, and the figure's target. Says
// whether that was met. What is not there to compare with misses no target.
bool table_print(const struct bench_row *row, const struct bench_figure *figure,
                 const double *values);

#endif // BENCH_TABLE_H
