// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 3 to 6: whole runs, of which a campaign has millions. The empty one is
// what it costs to take a world down and put it up again. The scenarios have
// exactly as many steps as their names say, their own task's two included.

#include "bench/meter.h"
#include "bench/sim/measure.h"
#include "bench/sim/rows.h"

enum { RUNS = 200000, RUNS_EMPTY = 1000000 };

static struct sim_yielders two = {2, 3};
static struct sim_yielders four = {4, 6};
static struct sim_yielders sharing = {4, 3};

static const struct trio_scenario ten_steps = {
    .name = "ten steps", .fn = sim_yield, .arg = &two};
static const struct trio_scenario thirty_steps = {
    .name = "thirty steps", .fn = sim_yield, .arg = &four};
static const struct trio_scenario permits = {
    .name = "permits", .fn = sim_share, .arg = &sharing};

static void measure(const struct trio_scenario *scenario, const char *strategy,
                    uint64_t steps, double *ret_rate)
{
    struct sim_pace pace = sim_measure(scenario, strategy, RUNS);

    if (steps > 0 && pace.result.steps != steps * RUNS)
        meter_give_up("another number of steps");
    *ret_rate = RUNS * 1e9 / pace.ns;
}

static TRIO_CHECKPOINT trio_status do_nothing(void *arg)
{
    (void)arg;
    return TRIO_OK;
}

static void measure_empty(double *ret_ns)
{
    static const struct trio_scenario empty = {.name = "empty",
                                               .fn = do_nothing};

    *ret_ns = sim_measure(&empty, "fifo", RUNS_EMPTY).ns / RUNS_EMPTY;
}

#define MEASURES(scenario, steps)                                              \
    static void scenario##_first(double *ret_rate)                             \
    {                                                                          \
        measure(&scenario, "fifo", steps, ret_rate);                           \
    }                                                                          \
    static void scenario##_random(double *ret_rate)                            \
    {                                                                          \
        measure(&scenario, "random", steps, ret_rate);                         \
    }                                                                          \
    static void scenario##_pct(double *ret_rate)                               \
    {                                                                          \
        measure(&scenario, "pct", steps, ret_rate);                            \
    }                                                                          \
    static void scenario##_pos(double *ret_rate)                               \
    {                                                                          \
        measure(&scenario, "pos", steps, ret_rate);                            \
    }

MEASURES(ten_steps, 10)
MEASURES(thirty_steps, 30)
MEASURES(permits, 0)

#define ROW(number_, what, scenario, strategy, target)                         \
    {                                                                          \
        .number = number_, .name = what ": " #strategy,                        \
        .measure = {scenario##_##strategy},                                    \
        .figures = {{"", "/s", BENCH_AT_LEAST, target}},                       \
    }
#define ROWS(number, what, scenario, target)                                   \
    ROW(number, what, scenario, first, target),                                \
        ROW(number, what, scenario, random, target),                           \
        ROW(number, what, scenario, pct, BENCH_NO_TARGET),                     \
        ROW(number, what, scenario, pos, target)

const struct bench_row sim_schedule_rows[] = {
    ROWS(3, "schedules, 10 steps, 2 tasks", ten_steps, 1e6),
    ROWS(4, "schedules, 30 steps, 4 tasks", thirty_steps, 500e3),
    ROWS(5, "schedules, 4 tasks share permits", permits, BENCH_NO_TARGET),
    {
        .number = 6,
        .name = "reset of the world",
        .measure = {measure_empty},
        .figures = {{"", "ns", BENCH_ABSOLUTE, 150}},
    },
    {.number = 0},
};
