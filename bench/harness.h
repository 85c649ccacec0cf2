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
    BENCH_LIBEVENT,
    BENCH_THREADS, // state-threads.
    BENCH_GO,      // A program of its own, as are those that follow.
    BENCH_FIBER,   // boost.fiber.
    BENCH_VARIANTS,
    BENCH_PEERS = BENCH_LIBUV,   // The first of them: what others have made.
    BENCH_BEST = BENCH_VARIANTS, // The best of the peers in this run.
    BENCH_ABSOLUTE,              // A target that is a number, not a ratio.
    BENCH_AT_LEAST, // The same, and more is better: `at_most` is the least.
};

enum {
    BENCH_FIGURES = 4, // The most figures that one measurement yields.
    BENCH_ROUNDS_MAX = 50,
    BENCH_TURNS_MAX = 4,
    BENCH_NO_TARGET = -1,
};

// A figure that a measurement yields, and what is asked of it. `at_most` is a
// multiple of the variant named by `against`, or a number in `unit`.
struct bench_figure {
    const char *name;
    const char *unit;
    int against;
    double at_most;
};

// Does the work and stores up to BENCH_FIGURES figures. Each call has a child
// process of its own, so that no heap, cache or page table outlives it.
typedef void (*bench_measure)(double *ret_figures);

struct bench_row {
    int number;
    const char *name;
    bench_measure measure[BENCH_VARIANTS]; // NULL: nothing comparable exists.
    const char *program; // What it is called by programs; NULL: none has it.
    struct bench_figure figures[BENCH_FIGURES];
    bool ahead; // Nor may the first figure be behind the best of the peers.
    bool once;  // One round will do: it is exact, or too costly to repeat.
    bool slow;  // Left out by --quick.
    bool wall;  // Read from the clock on the wall: nobody may get between.
    int turns;  // Turns of every variant in a round, if more than one.
    // Figures from this one on are counted in clock ticks, of which a mean says
    // more than a median; 0: none is.
    int sampled;
};

// Two figures, for what shows on the clock on the wall, too.
#define BENCH_CPU_AND_WALL(against, at_most)                                   \
    {"CPU", "us", (against), (at_most)},                                       \
    {                                                                          \
        "wall", "us", (against), (at_most)                                     \
    }

// Each list ends with a row whose number is 0.
extern const struct bench_row bench_yield_rows[];
extern const struct bench_row bench_start_rows[];
extern const struct bench_row bench_parked_rows[];
extern const struct bench_row bench_trip_rows[];
extern const struct bench_row bench_timer_rows[];
extern const struct bench_row bench_sleep_rows[];
extern const struct bench_row bench_echo_rows[];
extern const struct bench_row bench_lock_rows[];
extern const struct bench_row bench_channel_rows[];
extern const struct bench_row bench_primitive_rows[];
extern const struct bench_row bench_tls_rows[];
extern const struct bench_row bench_file_rows[];
extern const struct bench_row bench_thread_rows[];

// Prints the heading of a table, which names the variants; one whose name is
// NULL has no column. Comes before the rows. The names are static. The name of
// a variant that is a program is that of its folder, too.
void bench_print_heading(const char *const names[BENCH_VARIANTS]);

// Measures a row, the variants taking turns in every round, and prints a line
// per figure. Says whether every target of the row was met.
bool bench_row_run(const struct bench_row *row, int rounds);

#endif // BENCH_HARNESS_H
