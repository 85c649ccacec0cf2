// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 30 and 31: functions that do nothing, run in threads. What is measured
// is the way there and back.

#include <unistd.h>

#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/meter.h"
#include "bench/peers.h"

struct crowd {
    struct trio_capacity_limiter threads;
    int tasks;
    int left; // Calls still to begin.
};

static trio_status do_nothing(void *arg)
{
    (void)arg;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status call_often(void *arg)
{
    struct crowd *crowd = arg;
    const struct trio_thread_options options = {.limiter = &crowd->threads};
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && crowd->left > 0) {
        crowd->left--;
        rc = trio_thread_run(&options, do_nothing, NULL);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status call_all(struct crowd *crowd, int calls)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    crowd->left = calls;
    trio_nursery_open(&nursery);
    for (int i = 0; i < crowd->tasks && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, call_often, crowd);
    return trio_nursery_close(&nursery, rc);
}

struct measurement {
    struct crowd crowd;
    double *figures;
};

static TRIO_CHECKPOINT trio_status measure(void *arg)
{
    struct measurement *measurement = arg;

    trio_status rc = call_all(&measurement->crowd, PEERS_JOBS / 10);
    struct meter_times start = meter_times_of(getpid());
    if (rc == TRIO_OK)
        rc = call_all(&measurement->crowd, PEERS_JOBS);
    meter_times_since(start, PEERS_JOBS, measurement->figures);
    return rc;
}

static void measure_crowd(int tasks, size_t threads, double *ret_figures)
{
    struct measurement measurement = {
        .crowd = {.threads = TRIO_CAPACITY_LIMITER_INIT(threads),
                  .tasks = tasks},
        .figures = ret_figures,
    };

    if (trio_run(measure, &measurement) != TRIO_OK)
        meter_give_up("trio_run");
}

static void measure_one(double *ret_figures)
{
    measure_crowd(1, PEERS_THREADS, ret_figures);
}

static void measure_as_many_as_threads(double *ret_figures)
{
    measure_crowd(PEERS_THREADS, PEERS_THREADS, ret_figures);
}

static void measure_many(double *ret_figures)
{
    measure_crowd(PEERS_JOBS_AT_ONCE, PEERS_THREADS, ret_figures);
}

static void measure_many_by_default(double *ret_figures)
{
    measure_crowd(PEERS_JOBS_AT_ONCE, TRIO_THREADS_DEFAULT, ret_figures);
}

#define ROW(row, text, ours, uv)                                               \
    {                                                                          \
        .number = (row), .name = (text),                                       \
        .measure = {[BENCH_OURS] = (ours), [BENCH_LIBUV] = (uv)},              \
        .figures = {BENCH_CPU_AND_WALL(BENCH_LIBUV, 1.0)}, .wall = true,       \
    }

const struct bench_row bench_thread_rows[] = {
    ROW(30, "a call in a thread", measure_one, uv_measure_job),
    ROW(31, "4 at a time, 4 threads", measure_as_many_as_threads,
        uv_measure_jobs_4),
    ROW(31, "64 at a time, 4 threads", measure_many, uv_measure_jobs_64),
    ROW(31, "64 at a time, threads by default", measure_many_by_default,
        uv_measure_jobs_64),
    {.number = 0},
};
