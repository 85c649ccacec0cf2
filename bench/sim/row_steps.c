// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 1 and 2: what a step costs, of tasks that really have stacks and switch
// between them. Beside it the same program on the operating system, which
// neither records nor hashes nor chooses, and the bare switch. PCT is not here:
// of a run as long as this, most would not be PCT.

#include <trio/trio.h>

#include "bench/meter.h"
#include "bench/raw/tasks.h"
#include "bench/sim/measure.h"
#include "bench/sim/rows.h"

enum { STEPS = 1000000 };

static void measure(long tasks, const char *strategy, double *ret_rate)
{
    struct sim_yielders yielders = {tasks, STEPS / tasks};
    struct trio_scenario scenario = {
        .name = "steps", .fn = sim_yield, .arg = &yielders};

    scenario.steps_max = 2 * STEPS;
    struct sim_pace pace = sim_measure(&scenario, strategy, 1);
    *ret_rate = (double)pace.result.steps * 1e9 / pace.ns;
}

// ---- The same on the operating system ----

static TRIO_CHECKPOINT trio_status time_yields(void *arg)
{
    struct sim_yielders *yielders = arg;
    struct sim_yielders unseen = {yielders->tasks, yielders->turns / 10};

    trio_status rc = sim_yield(&unseen);
    if (rc == TRIO_OK)
        rc = sim_yield(yielders);
    return rc;
}

static void measure_loop(long tasks, double *ret_rate)
{
    struct sim_yielders yielders = {tasks, STEPS / tasks};
    double start = meter_cpu_ns();

    if (trio_run(time_yields, &yielders) == TRIO_OK)
        *ret_rate = 1.1 * STEPS * 1e9 / (meter_cpu_ns() - start);
}

// ---- By hand ----

static void yield_turns(void *arg)
{
    const long *turns = arg;

    for (long i = *turns; i > 0; i--)
        raw_yield();
}

static void measure_raw(long tasks, double *ret_rate)
{
    long turns = STEPS / tasks, unseen = turns / 10;

    raw_reserve((size_t)tasks, 64);
    for (long i = 0; i < tasks; i++)
        raw_start(yield_turns, &unseen);
    raw_join();
    for (long i = 0; i < tasks; i++)
        raw_start(yield_turns, &turns);
    double start = meter_cpu_ns();
    raw_join();
    *ret_rate = STEPS * 1e9 / (meter_cpu_ns() - start);
}

// ---- Rows ----

#define MEASURES(tasks)                                                        \
    static void first_##tasks(double *ret_rate)                                \
    {                                                                          \
        measure(tasks, "fifo", ret_rate);                                      \
    }                                                                          \
    static void random_##tasks(double *ret_rate)                               \
    {                                                                          \
        measure(tasks, "random", ret_rate);                                    \
    }                                                                          \
    static void pos_##tasks(double *ret_rate)                                  \
    {                                                                          \
        measure(tasks, "pos", ret_rate);                                       \
    }                                                                          \
    static void loop_##tasks(double *ret_rate)                                 \
    {                                                                          \
        measure_loop(tasks, ret_rate);                                         \
    }                                                                          \
    static void raw_##tasks(double *ret_rate)                                  \
    {                                                                          \
        measure_raw(tasks, ret_rate);                                          \
    }

MEASURES(2)
MEASURES(100)

#define ROW(number_, strategy, tasks, target)                                  \
    {                                                                          \
        .number = number_, .name = "steps, " #tasks " tasks: " #strategy,      \
        .measure = {strategy##_##tasks, raw_##tasks, loop_##tasks},            \
        .figures = {{"", "/s", BENCH_AT_LEAST, target}},                       \
    }

const struct bench_row sim_step_rows[] = {
    ROW(1, first, 2, 25e6),
    ROW(1, random, 2, 25e6),
    ROW(1, pos, 2, BENCH_NO_TARGET),
    ROW(2, first, 100, 25e6),
    ROW(2, random, 100, 25e6),
    ROW(2, pos, 100, BENCH_NO_TARGET),
    {.number = 0},
};
