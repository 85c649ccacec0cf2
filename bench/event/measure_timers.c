// SPDX-License-Identifier: MIT OR Apache-2.0
// Row 8 on libevent, whose timers lie in a binary heap.

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>

#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/timers.h"

static void ignore(int fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
}

static void arm(struct event *timer, struct timers_dice *dice)
{
    int64_t ms = timers_roll_ms(dice);
    struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    event_add(timer, &wait);
}

void event_measure_timers(double *ret_ns)
{
    struct event *timers = calloc(PEERS_PARKED + 1, sizeof *timers);
    struct event *extra = &timers[PEERS_PARKED];
    struct event_base *base = event_base_new();
    struct timers_dice dice = TIMERS_DICE;

    if (timers == NULL || base == NULL)
        meter_give_up("event_base_new");
    for (int i = 0; i <= PEERS_PARKED; i++)
        event_assign(&timers[i], base, -1, 0, ignore, NULL);
    for (int i = 0; i < PEERS_PARKED; i++)
        arm(&timers[i], &dice);
    double start = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++) {
        arm(extra, &dice);
        event_del(extra);
    }
    double middle = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++)
        arm(&timers[timers_roll(&dice) % PEERS_PARKED], &dice);
    ret_ns[0] = (middle - start) / PEERS_REARMS;
    ret_ns[1] = (meter_cpu_ns() - middle) / PEERS_REARMS;
}
