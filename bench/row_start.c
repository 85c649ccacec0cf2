// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 3 and 4: a nursery is opened, empty tasks are started in it, and close
// waits for them; one task, and a thousand at once.

#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/meter.h"
#include "bench/peers.h"

struct starters {
    long batch;
    double ns; // Out: of one task.
};

static TRIO_CHECKPOINT trio_status do_nothing(void *arg)
{
    (void)arg;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status start_and_join(long batch)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (long i = 0; i < batch && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, do_nothing, NULL);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status repeat(long batch, long starts)
{
    trio_status rc = TRIO_OK;

    for (long i = 0; i < starts && rc == TRIO_OK; i += batch)
        rc = start_and_join(batch);
    return rc;
}

static TRIO_CHECKPOINT trio_status program(void *arg)
{
    struct starters *starters = arg;
    trio_status rc = repeat(starters->batch, PEERS_STARTS / 10);

    if (rc != TRIO_OK)
        return rc;
    double start = meter_cpu_ns();
    rc = repeat(starters->batch, PEERS_STARTS);
    starters->ns = (meter_cpu_ns() - start) / PEERS_STARTS;
    return rc;
}

static void measure(long batch, double *ret_ns)
{
    struct starters starters = {.batch = batch};

    if (trio_run(program, &starters) == TRIO_OK)
        *ret_ns = starters.ns;
}

static void measure_1(double *ret_ns)
{
    measure(1, ret_ns);
}

static void measure_1000(double *ret_ns)
{
    measure(PEERS_BATCH, ret_ns);
}

const struct bench_row bench_start_rows[] = {
    {
        .number = 3,
        .name = "open, start_soon, join, 1 task",
        .program = "start-1",
        .measure = {[BENCH_OURS] = measure_1,
                    [BENCH_RAW] = raw_measure_start_1,
                    [BENCH_LIBUV] = uv_measure_start_1,
                    [BENCH_THREADS] = st_measure_start_1},
        .figures = {{"", "ns", BENCH_RAW, 2.5}},
        .ahead = true,
    },
    {
        .number = 4,
        .name = "1,000 in one nursery, each",
        .program = "start-1000",
        .measure = {[BENCH_OURS] = measure_1000,
                    [BENCH_RAW] = raw_measure_start_1000,
                    [BENCH_LIBUV] = uv_measure_start_1000,
                    [BENCH_THREADS] = st_measure_start_1000},
        .figures = {{"", "ns", BENCH_RAW, 2.5}},
    },
    {.number = 0},
};
