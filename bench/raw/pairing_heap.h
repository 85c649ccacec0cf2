// A pairing heap of timers, ordered by (deadline, sequence).
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_RAW_PAIRING_HEAP_H
#define BENCH_RAW_PAIRING_HEAP_H

#include <stdint.h>

// Part of whatever is to be timed. All zero while not in a heap.
struct raw_timer {
    int64_t deadline;
    uint64_t sequence;
    struct raw_timer *child;
    struct raw_timer *sibling;
    struct raw_timer **link; // What points to it.
};

struct raw_heap {
    struct raw_timer *root; // The earliest; NULL if there is none.
    uint64_t sequence;
};

void raw_heap_arm(struct raw_heap *heap, struct raw_timer *timer,
                  int64_t deadline);
void raw_heap_cancel(struct raw_heap *heap, struct raw_timer *timer);

#endif // BENCH_RAW_PAIRING_HEAP_H
