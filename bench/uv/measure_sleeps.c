// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 9 and 10 on libuv, whose timers count whole milliseconds from the start
// of the loop's turn.

#include <uv.h>

#include "bench/lateness.h"
#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/timers.h"

struct sleeper {
    uv_timer_t timer;
    struct timers_dice dice;
    double start_ns;
    uint64_t wait_ms;
    uint64_t fixed_ms; // 0: at random.
    int left;
};

static struct lateness lateness;

static void begin(struct sleeper *sleeper);

static void wake(uv_timer_t *timer)
{
    struct sleeper *sleeper = timer->data;

    lateness_add(&lateness, sleeper->start_ns, (double)sleeper->wait_ms * 1e6);
    if (--sleeper->left > 0)
        begin(sleeper);
    else if (sleeper->fixed_ms > 0)
        uv_stop(timer->loop);
}

static void begin(struct sleeper *sleeper)
{
    sleeper->wait_ms = sleeper->fixed_ms > 0
                           ? sleeper->fixed_ms
                           : 1 + timers_roll(&sleeper->dice) % 19;
    sleeper->start_ns = meter_wall_ns();
    uv_timer_start(&sleeper->timer, wake, sleeper->wait_ms, 0);
}

static void start(uv_loop_t *loop, struct sleeper *sleeper, uint64_t seed)
{
    sleeper->left = PEERS_SLEEPS;
    sleeper->dice.state = seed;
    uv_timer_init(loop, &sleeper->timer);
    sleeper->timer.data = sleeper;
    begin(sleeper);
}

void uv_measure_sleeps(double *ret_figures)
{
    static struct sleeper sleepers[PEERS_SLEEPERS];
    uv_loop_t loop;

    if (uv_loop_init(&loop) != 0)
        meter_give_up("uv_loop_init");
    for (uint64_t i = 0; i < PEERS_SLEEPERS; i++)
        start(&loop, &sleepers[i], i * 7919 + 1);
    uv_run(&loop, UV_RUN_DEFAULT);
    lateness_figures(&lateness, ret_figures);
}

static void do_nothing(uv_idle_t *idle)
{
    (void)idle;
}

void uv_measure_busy(double *ret_figures)
{
    static uv_idle_t idles[PEERS_YIELDERS];
    static struct sleeper sleeper = {.fixed_ms = 10};
    uv_loop_t loop;

    if (uv_loop_init(&loop) != 0)
        meter_give_up("uv_loop_init");
    for (int i = 0; i < PEERS_YIELDERS; i++) {
        uv_idle_init(&loop, &idles[i]);
        uv_idle_start(&idles[i], do_nothing);
    }
    start(&loop, &sleeper, 1);
    uv_run(&loop, UV_RUN_DEFAULT);
    lateness_figures(&lateness, ret_figures);
}
