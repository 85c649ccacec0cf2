// The harness: one row of the table is the same work done by several variants.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    BENCH_OURS,
    BENCH_RAW, // Hand-written: a switch and a run queue, or plain epoll.
    BENCH_LIBUV,
    BENCH_LIBEV,
    BENCH_VARIANTS,
    BENCH_ABSOLUTE = BENCH_VARIANTS, // A target that is a number, not a ratio.
};

enum {
    BENCH_FIGURES = 4, // The most figures that one measurement yields.
    BENCH_ROUNDS_MAX = 99,
};

// A figure that a measurement yields, and what is asked of it. `at_most` is a
// multiple of the variant named by `against`, or a number in `unit`; negative
// means that nothing is asked.
struct bench_figure {
    const char *name;
    const char *unit;
    int against;
    double at_most;
    bool sampled; // Counted in clock ticks: the mean says more than the median.
};

// Does the work and stores up to BENCH_FIGURES figures. Each call has a child
// process of its own, so that no heap, cache or page table outlives it.
typedef void (*bench_measure)(double *ret_figures);

struct bench_row {
    int number;
    const char *name;
    bench_measure measure[BENCH_VARIANTS]; // NULL: nothing comparable exists.
    struct bench_figure figures[BENCH_FIGURES];
    int rounds; // 0: as many as asked for; 1 where one is exact, or costly.
    bool slow;  // Left out by --quick.
};

// Each list ends with a row whose number is 0.
extern const struct bench_row bench_yield_rows[];
extern const struct bench_row bench_start_rows[];
extern const struct bench_row bench_park_rows[];
extern const struct bench_row bench_million_rows[];
extern const struct bench_row bench_timer_rows[];
extern const struct bench_row bench_sleep_rows[];
extern const struct bench_row bench_echo_rows[];
extern const struct bench_row bench_calls_rows[];

// Prints the heading of the table.
void bench_print_heading(void);

// Measures a row, the variants taking turns in every round, and prints a line
// per figure. Says whether every target of the row was met.
bool bench_row_run(const struct bench_row *row, int rounds);

#endif // BENCH_HARNESS_H
