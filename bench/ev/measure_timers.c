// SPDX-License-Identifier: MIT OR Apache-2.0
// Row 8 on libev, whose timers lie in a 4-ary heap.

#include <ev.h>
#include <stdlib.h>

#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/timers.h"

static void ignore(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    (void)events;
}

static void arm(struct ev_loop *loop, ev_timer *timer, struct timers_dice *dice)
{
    ev_timer_set(timer, (double)timers_roll_ms(dice) / 1000, 0.);
    ev_timer_start(loop, timer);
}

void ev_measure_timers(double *ret_ns)
{
    ev_timer *timers = calloc(PEERS_PARKED + 1, sizeof *timers);
    ev_timer *extra = &timers[PEERS_PARKED];
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    struct timers_dice dice = TIMERS_DICE;

    if (timers == NULL || loop == NULL)
        meter_give_up("ev_loop_new");
    for (int i = 0; i <= PEERS_PARKED; i++)
        ev_init(&timers[i], ignore);
    for (int i = 0; i < PEERS_PARKED; i++)
        arm(loop, &timers[i], &dice);
    double start = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++) {
        arm(loop, extra, &dice);
        ev_timer_stop(loop, extra);
    }
    double middle = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++) {
        ev_timer *timer = &timers[timers_roll(&dice) % PEERS_PARKED];
        ev_timer_stop(loop, timer);
        arm(loop, timer, &dice);
    }
    ret_ns[0] = (middle - start) / PEERS_REARMS;
    ret_ns[1] = (meter_cpu_ns() - middle) / PEERS_REARMS;
}
