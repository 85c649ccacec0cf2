// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 30 and 31 on libuv, whose pool has four threads.

#include <unistd.h>
#include <uv.h>

#include "bench/meter.h"
#include "bench/peers.h"

static uv_loop_t loop;
static int jobs_left; // Still to begin.

static void do_nothing(uv_work_t *work)
{
    (void)work;
}

static void go_on(uv_work_t *work, int status)
{
    if (status != 0)
        meter_give_up("uv_queue_work");
    if (jobs_left == 0)
        return;
    jobs_left--;
    uv_queue_work(&loop, work, do_nothing, go_on);
}

static void run_jobs(uv_work_t *works, int at_once, int jobs)
{
    jobs_left = jobs;
    for (int i = 0; i < at_once; i++)
        go_on(&works[i], 0);
    uv_run(&loop, UV_RUN_DEFAULT);
}

static void measure_jobs(int at_once, double *ret_figures)
{
    static uv_work_t works[PEERS_JOBS_AT_ONCE];

    if (uv_loop_init(&loop) != 0)
        meter_give_up("uv_loop_init");
    run_jobs(works, at_once, PEERS_JOBS / 10);
    struct meter_times start = meter_times_of(getpid());
    run_jobs(works, at_once, PEERS_JOBS);
    meter_times_since(start, PEERS_JOBS, ret_figures);
}

void uv_measure_job(double *ret_figures)
{
    measure_jobs(1, ret_figures);
}

void uv_measure_jobs_4(double *ret_figures)
{
    measure_jobs(PEERS_THREADS, ret_figures);
}

void uv_measure_jobs_64(double *ret_figures)
{
    measure_jobs(PEERS_JOBS_AT_ONCE, ret_figures);
}
