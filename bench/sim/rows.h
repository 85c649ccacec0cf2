// The rows of the table about the simulation.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_SIM_ROWS_H
#define BENCH_SIM_ROWS_H

#include "bench/harness.h"

// Columns that this table has besides "ours" and "raw".
enum { SIM_LOOP = BENCH_LIBUV }; // The same program on the operating system.

extern const struct bench_row sim_step_rows[];
extern const struct bench_row sim_schedule_rows[];
extern const struct bench_row sim_time_rows[];
extern const struct bench_row sim_twin_rows[];
extern const struct bench_row sim_history_rows[];
extern const struct bench_row sim_network_rows[];

// How many runs the row about determinism has twins of.
extern unsigned long sim_twins;

#endif // BENCH_SIM_ROWS_H
