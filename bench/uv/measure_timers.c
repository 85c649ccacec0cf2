// SPDX-License-Identifier: MIT OR Apache-2.0
// Row 8 on libuv, whose timers count milliseconds and lie in a binary heap.

#include <stdlib.h>
#include <uv.h>

#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/timers.h"

static void ignore(uv_timer_t *timer)
{
    (void)timer;
}

static void arm(uv_timer_t *timer, struct timers_dice *dice)
{
    uv_timer_start(timer, ignore, (uint64_t)timers_roll_ms(dice), 0);
}

void uv_measure_timers(double *ret_ns)
{
    uv_timer_t *timers = calloc(PEERS_PARKED + 1, sizeof *timers);
    uv_timer_t *extra = &timers[PEERS_PARKED];
    struct timers_dice dice = TIMERS_DICE;
    uv_loop_t loop;

    if (timers == NULL || uv_loop_init(&loop) != 0)
        meter_give_up("uv_loop_init");
    for (int i = 0; i <= PEERS_PARKED; i++)
        uv_timer_init(&loop, &timers[i]);
    for (int i = 0; i < PEERS_PARKED; i++)
        arm(&timers[i], &dice);
    double start = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++) {
        arm(extra, &dice);
        uv_timer_stop(extra);
    }
    double middle = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++)
        arm(&timers[timers_roll(&dice) % PEERS_PARKED], &dice);
    ret_ns[0] = (middle - start) / PEERS_REARMS;
    ret_ns[1] = (meter_cpu_ns() - middle) / PEERS_REARMS;
}
