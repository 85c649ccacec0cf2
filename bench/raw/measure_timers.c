// SPDX-License-Identifier: MIT OR Apache-2.0
// Rows 8 and 9 by hand: a heap, and a thread that sleeps.

#include <stdlib.h>
#include <time.h>

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
