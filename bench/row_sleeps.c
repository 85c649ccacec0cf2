// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 9 and 10: how late sleeps end, on an idle loop, after work in the same
// step, and on a busy loop. Never early is a promise, so a single early one
// misses the target.

#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/lateness.h"
#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/timers.h"

static TRIO_CHECKPOINT trio_status sleep_once(struct lateness *lateness,
                                              trio_duration duration)
{
    double start = meter_wall_ns();
    trio_status rc = trio_sleep(duration);

    lateness_add(lateness, start, (double)duration);
    return rc;
}

struct sleeper {
    struct lateness *lateness;
    uint64_t seed;
    double work_ns; // Before each sleep, in the same step.
};

static void work(double ns)
{
    double end = meter_wall_ns() + ns;

    while (meter_wall_ns() < end)
        ;
}

static TRIO_CHECKPOINT trio_status sleep_at_random(void *arg)
{
    const struct sleeper *sleeper = arg;
    struct timers_dice dice = {sleeper->seed};
    trio_status rc = TRIO_OK;

    for (int i = 0; i < PEERS_SLEEPS && rc == TRIO_OK; i++) {
        trio_duration jitter = (trio_duration)(timers_roll(&dice) % 19000);
        work(sleeper->work_ns);
        rc = sleep_once(sleeper->lateness, TRIO_MS + jitter * TRIO_US);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status run_sleepers(struct lateness *lateness,
                                                uint64_t count, double work_ns)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (uint64_t i = 0; i < count && rc == TRIO_OK; i++) {
        struct sleeper sleeper = {lateness, i * 7919 + 1, work_ns};
        rc = trio_nursery_start_soon_copy(&nursery, sleep_at_random, &sleeper,
                                          sizeof sleeper);
    }
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status many_sleepers(void *arg)
{
    return run_sleepers(arg, PEERS_SLEEPERS, 0);
}

static TRIO_CHECKPOINT trio_status working_sleepers(void *arg)
{
    return run_sleepers(arg, PEERS_SLEEPERS / 10, 200000);
}

static TRIO_CHECKPOINT trio_status yield_forever(void *arg)
{
    trio_status rc;

    (void)arg;
    while ((rc = trio_checkpoint()) == TRIO_OK)
        ;
    return rc;
}

static TRIO_CHECKPOINT trio_status busy_sleeper(void *arg)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; i < PEERS_YIELDERS && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, yield_forever, NULL);
    for (int i = 0; i < PEERS_SLEEPS && rc == TRIO_OK; i++)
        rc = sleep_once(arg, 10 * TRIO_MS);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

static void measure(trio_task_fn fn, double *ret_figures)
{
    static struct lateness lateness;

    if (trio_run(fn, &lateness) == TRIO_OK)
        lateness_figures(&lateness, ret_figures);
}

static void measure_sleeps(double *ret_figures)
{
    measure(many_sleepers, ret_figures);
}

static void measure_sleeps_with_work(double *ret_figures)
{
    measure(working_sleepers, ret_figures);
}

static void measure_busy(double *ret_figures)
{
    measure(busy_sleeper, ret_figures);
}

const struct bench_row bench_sleep_rows[] = {
    {
        .number = 9,
        .name = "lateness, 100 sleepers",
        .program = "sleeps",
        .measure = {[BENCH_OURS] = measure_sleeps,
                    [BENCH_RAW] = raw_measure_sleeps,
                    [BENCH_LIBUV] = uv_measure_sleeps,
                    [BENCH_THREADS] = st_measure_sleeps},
        .figures = {{"p50", "us", BENCH_ABSOLUTE, 100},
                    {"p99", "us", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"worst", "us", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"early", "", BENCH_ABSOLUTE, 0}},
        .wall = true,
    },
    {
        .number = 9,
        .name = "same, 10 that work 200 us before each",
        .measure = {measure_sleeps_with_work},
        .figures = {{"p50", "us", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"p99", "us", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"worst", "us", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"early", "", BENCH_ABSOLUTE, 0}},
        .wall = true,
    },
    {
        .number = 10,
        .name = "lateness, 10 ms beside 10 yielders",
        .measure =
            {[BENCH_OURS] = measure_busy, [BENCH_LIBUV] = uv_measure_busy},
        .figures = {{"p50", "us", BENCH_ABSOLUTE, 50},
                    {"p99", "us", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"worst", "us", BENCH_ABSOLUTE, BENCH_NO_TARGET},
                    {"early", "", BENCH_ABSOLUTE, 0}},
        .wall = true,
    },
    {.number = 0},
};
