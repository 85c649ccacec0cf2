// SPDX-License-Identifier: MIT OR Apache-2.0
// Row 8: deadlines of scopes, while those of 100,000 other scopes wait. There
// is no other way to a timer than a scope, so this is what a timeout costs.

#include <stdlib.h>

#include <trio/trio.h>

#include "bench/harness.h"
#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/timers.h"

static trio_time roll_deadline(struct timers_dice *dice, trio_time now)
{
    return trio_time_add(now, timers_roll_ms(dice) * TRIO_MS);
}

static void set_deadlines(struct trio_cancel_scope *scopes, double *ret_ns)
{
    struct trio_cancel_scope *extra = &scopes[PEERS_PARKED];
    struct timers_dice dice = TIMERS_DICE;
    trio_time now = trio_now();

    for (int i = 0; i < PEERS_PARKED; i++)
        trio_cancel_scope_set_deadline_at(&scopes[i],
                                          roll_deadline(&dice, now));
    double start = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++) {
        trio_cancel_scope_set_deadline_at(extra, roll_deadline(&dice, now));
        trio_cancel_scope_set_deadline_at(extra, TRIO_FOREVER);
    }
    double middle = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++)
        trio_cancel_scope_set_deadline_at(
            &scopes[timers_roll(&dice) % PEERS_PARKED],
            roll_deadline(&dice, now));
    ret_ns[0] = (middle - start) / PEERS_REARMS;
    ret_ns[1] = (meter_cpu_ns() - middle) / PEERS_REARMS;
}

static TRIO_CHECKPOINT trio_status with_timeouts(double *ret_ns)
{
    struct timers_dice dice = TIMERS_DICE;
    struct trio_cancel_scope scope;
    trio_status rc = TRIO_OK;
    double start = meter_cpu_ns();

    for (int i = 0; i < PEERS_REARMS && rc == TRIO_OK; i++) {
        trio_fail_after(&scope, timers_roll_ms(&dice) * TRIO_MS);
        rc = trio_cancel_scope_close(&scope, TRIO_OK);
    }
    *ret_ns = (meter_cpu_ns() - start) / PEERS_REARMS;
    return rc;
}

static TRIO_NO_SCOPE_ANALYSIS trio_status program(void *arg)
{
    struct trio_cancel_scope *scopes = calloc(PEERS_PARKED + 1, sizeof *scopes);
    double *ret_ns = arg;

    if (scopes == NULL)
        return TRIO_ENOMEM;
    for (int i = 0; i <= PEERS_PARKED; i++)
        trio_cancel_scope_open(&scopes[i]);
    set_deadlines(scopes, ret_ns);
    trio_status rc = with_timeouts(&ret_ns[2]);
    for (int i = PEERS_PARKED; i >= 0; i--)
        rc = trio_cancel_scope_close(&scopes[i], rc);
    free(scopes);
    return rc;
}

static void measure(double *ret_ns)
{
    trio_ignore(trio_run(program, ret_ns));
}

const struct bench_row bench_timer_rows[] = {
    {
        .number = 8,
        .name = "timers among 100,000",
        .program = "timers",
        .measure = {[BENCH_OURS] = measure,
                    [BENCH_RAW] = raw_measure_timers,
                    [BENCH_LIBUV] = uv_measure_timers,
                    [BENCH_LIBEV] = ev_measure_timers,
                    [BENCH_LIBEVENT] = event_measure_timers},
        .figures = {{"arm + cancel", "ns", BENCH_BEST, 1.0},
                    {"arm anew", "ns", BENCH_BEST, BENCH_NO_TARGET},
                    {"scope open + close", "ns", BENCH_BEST, BENCH_NO_TARGET}},
    },
    {.number = 0},
};
