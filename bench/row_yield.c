// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 1 and 2: tasks that do nothing but let each other run, through the real
// loop, which has to look at the kernel and at the clock now and then.

#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/meter.h"
#include "bench/peers.h"

struct yielders {
    long tasks;
    double ns; // Out: of one turn.
};

static TRIO_CHECKPOINT trio_status yield_turns(void *arg)
{
    const long *turns = arg;
    trio_status rc = TRIO_OK;

    for (long i = *turns; i > 0 && rc == TRIO_OK; i--)
        rc = trio_checkpoint();
    return rc;
}

static TRIO_CHECKPOINT trio_status run_all(long tasks, long turns)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (long i = 0; i < tasks && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, yield_turns, &turns);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct yielders *yielders = arg;
    long turns = PEERS_TURNS / yielders->tasks;
    trio_status rc = run_all(yielders->tasks, turns / 10);

    if (rc != TRIO_OK)
        return rc;
    double start = meter_cpu_ns();
    rc = run_all(yielders->tasks, turns);
    yielders->ns = (meter_cpu_ns() - start) / (double)(turns * yielders->tasks);
    return rc;
}

static void measure(long tasks, double *ret_ns)
{
    struct yielders yielders = {.tasks = tasks};

    if (trio_run(program, &yielders) == TRIO_OK)
        *ret_ns = yielders.ns;
}

static void measure_2(double *ret_ns)
{
    measure(2, ret_ns);
}

static void measure_1000(double *ret_ns)
{
    measure(PEERS_BATCH, ret_ns);
}

const struct bench_row bench_yield_rows[] = {
    {
        .number = 1,
        .name = "yield, 2 tasks",
        .program = "yield-2",
        .measure = {[BENCH_OURS] = measure_2,
                    [BENCH_RAW] = raw_measure_yield_2,
                    [BENCH_LIBUV] = uv_measure_yield_2,
                    [BENCH_THREADS] = st_measure_yield_2},
        .figures = {{"", "ns", BENCH_RAW, 1.6}},
        .ahead = true,
    },
    {
        .number = 2,
        .name = "yield, 1,000 tasks",
        .program = "yield-1000",
        .measure = {[BENCH_OURS] = measure_1000,
                    [BENCH_RAW] = raw_measure_yield_1000,
                    [BENCH_LIBUV] = uv_measure_yield_1000,
                    [BENCH_THREADS] = st_measure_yield_1000},
        .figures = {{"", "ns", BENCH_RAW, 0.35}},
    },
    {
        // What colours alone are worth on the machine at hand.
        .number = 2,
        .name = "yield, 1,000 tasks: raw stacks coloured",
        .measure = {measure_1000, raw_measure_yield_1000_coloured},
        .figures = {{"", "ns", BENCH_RAW, BENCH_NO_TARGET}},
    },
    {.number = 0},
};
