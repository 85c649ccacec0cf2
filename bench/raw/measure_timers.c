// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 8 and 9 by hand: a heap, and a thread that sleeps.

#include <stdlib.h>
#include <time.h>

#include "bench/lateness.h"
#include "bench/meter.h"
#include "bench/peers.h"
#include "bench/raw/pairing_heap.h"
#include "bench/timers.h"

void raw_measure_timers(double *ret_ns)
{
    struct raw_timer *timers = calloc(PEERS_PARKED, sizeof *timers);
    struct timers_dice dice = TIMERS_DICE;
    struct raw_heap heap = {.root = NULL};
    struct raw_timer extra;

    if (timers == NULL)
        meter_give_up("malloc");
    for (int i = 0; i < PEERS_PARKED; i++)
        raw_heap_arm(&heap, &timers[i], timers_roll_ms(&dice));
    double start = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++) {
        raw_heap_arm(&heap, &extra, timers_roll_ms(&dice));
        raw_heap_cancel(&heap, &extra);
    }
    double middle = meter_cpu_ns();
    for (int i = 0; i < PEERS_REARMS; i++) {
        struct raw_timer *timer = &timers[timers_roll(&dice) % PEERS_PARKED];
        raw_heap_cancel(&heap, timer);
        raw_heap_arm(&heap, timer, timers_roll_ms(&dice));
    }
    ret_ns[0] = (middle - start) / PEERS_REARMS;
    ret_ns[1] = (meter_cpu_ns() - middle) / PEERS_REARMS;
}

// One thread that sleeps as exactly as the kernel lets it: how late anybody is.
void raw_measure_sleeps(double *ret_figures)
{
    static struct lateness lateness;
    struct timers_dice dice = TIMERS_DICE;

    for (int i = 0; i < PEERS_SLEEPERS; i++) {
        long ns = 1000000 + (long)(timers_roll(&dice) % 2000) * 1000;
        struct timespec wait = {.tv_nsec = ns};
        double start = meter_wall_ns();
        nanosleep(&wait, NULL);
        lateness_add(&lateness, start, (double)ns);
    }
    lateness_figures(&lateness, ret_figures);
}
