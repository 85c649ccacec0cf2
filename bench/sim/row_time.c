// SPDX-License-Identifier: MIT OR Apache-2.0
// Row 7: how fast virtual time passes while tasks sleep, a second at a time.

#include "bench/meter.h"
#include "bench/sim/measure.h"
#include "bench/sim/rows.h"

static void measure(long tasks, long seconds, double *ret_rate)
{
    struct sim_sleepers sleepers = {tasks, seconds};
    struct trio_scenario scenario = {
        .name = "sleepers", .fn = sim_sleep, .arg = &sleepers};

    scenario.steps_max = UINT64_MAX;
    *ret_rate = (double)seconds * 1e9 / sim_measure(&scenario, "fifo", 1).ns;
}

static void measure_100(double *ret_rate)
{
    measure(100, 20000, ret_rate);
}

static void measure_10000(double *ret_rate)
{
    measure(10000, 100, ret_rate);
}

const struct bench_row sim_time_rows[] = {
    {
        .number = 7,
        .name = "virtual seconds, 100 sleepers at 1 Hz",
        .measure = {measure_100},
        .figures = {{"", "/s", BENCH_AT_LEAST, 150e3}},
    },
    {
        .number = 7,
        .name = "virtual seconds, 10,000 sleepers at 1 Hz",
        .measure = {measure_10000},
        .figures = {{"", "/s", BENCH_AT_LEAST, 1e3}},
    },
    {.number = 0},
};
