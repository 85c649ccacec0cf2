// The table that shows a violation.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_TABLE_H
#define TRIO_SIM_HISTORY_TABLE_H

#include "sim/history/violation.h"

struct table {
    const struct trio_history *history;
    struct violation violation;
    size_t rows;     // All that there are.
    size_t left_out; // So many of them, the first ones.
    int call_width;  // Columns.
    int result_width;
    int events_width;
};

// Lines in front of the rows: what it is, perhaps what was left out, headings.
enum { TABLE_HEAD_MAX = 3 };

void trio_history_table_open_(struct table *table,
                              const struct trio_history *history,
                              const struct violation *violation);

// Leaves out so many rows that `lines` are enough, or so many bytes.
void trio_history_table_fit_lines_(struct table *table, size_t lines);
void trio_history_table_fit_bytes_(struct table *table, size_t bytes);

// Calls `tell` for each line, without a newline.
void trio_history_table_tell_(const struct table *table,
                              void (*tell)(void *context, const char *line),
                              void *context);

#endif // TRIO_SIM_HISTORY_TABLE_H
