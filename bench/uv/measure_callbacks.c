// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 1 to 4 on libuv. It has no tasks; the nearest thing is a callback that
// the loop calls once per turn (yield), and one that is made for a single call
// and closed again (start and join).

#include <stdlib.h>
#include <uv.h>

#include "bench/meter.h"
#include "bench/peers.h"

static long turns_left;

static void take_turn(uv_idle_t *idle)
{
    if (--turns_left <= 0)
        uv_stop(idle->loop);
}

static void run_turns(uv_loop_t *loop, long turns)
{
    turns_left = turns;
    uv_run(loop, UV_RUN_DEFAULT);
}

static void measure_yield(int callbacks, double *ret_ns)
{
    uv_idle_t *idles = calloc((size_t)callbacks, sizeof *idles);
    uv_loop_t loop;

    if (idles == NULL || uv_loop_init(&loop) != 0)
        meter_give_up("uv_loop_init");
    for (int i = 0; i < callbacks; i++) {
        uv_idle_init(&loop, &idles[i]);
        uv_idle_start(&idles[i], take_turn);
    }
    run_turns(&loop, PEERS_TURNS / 10);
    double start = meter_cpu_ns();
    run_turns(&loop, PEERS_TURNS);
    *ret_ns = (meter_cpu_ns() - start) / PEERS_TURNS;
}

void uv_measure_yield_2(double *ret_ns)
{
    measure_yield(2, ret_ns);
}

void uv_measure_yield_1000(double *ret_ns)
{
    measure_yield(PEERS_BATCH, ret_ns);
}

static void run_once(uv_idle_t *idle)
{
    uv_close((uv_handle_t *)idle, NULL);
}

static void start_and_join(uv_loop_t *loop, uv_idle_t *idles, int batch,
                           long starts)
{
    for (long i = 0; i < starts; i += batch) {
        for (int n = 0; n < batch; n++) {
            uv_idle_init(loop, &idles[n]);
            uv_idle_start(&idles[n], run_once);
        }
        uv_run(loop, UV_RUN_DEFAULT);
    }
}

static void measure_start(int batch, double *ret_ns)
{
    uv_idle_t *idles = calloc((size_t)batch, sizeof *idles);
    uv_loop_t loop;

    if (idles == NULL || uv_loop_init(&loop) != 0)
        meter_give_up("uv_loop_init");
    start_and_join(&loop, idles, batch, PEERS_STARTS / 10);
    double start = meter_cpu_ns();
    start_and_join(&loop, idles, batch, PEERS_STARTS);
    *ret_ns = (meter_cpu_ns() - start) / PEERS_STARTS;
}

void uv_measure_start_1(double *ret_ns)
{
    measure_start(1, ret_ns);
}

void uv_measure_start_1000(double *ret_ns)
{
    measure_start(PEERS_BATCH, ret_ns);
}
