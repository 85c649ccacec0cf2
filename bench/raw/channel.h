// Rendezvous channels and semaphores by hand, for the tasks of raw/tasks.h:
// what is received is handed over, and so is a permit, as in any fair one. Who
// finds what it wants goes on at once; nobody is ever cancelled.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_RAW_CHANNEL_H
#define BENCH_RAW_CHANNEL_H

#include <stddef.h>

struct raw_waiter;

// A queue of waiters, the first has waited longest. Zero is an empty one.
struct raw_queue {
    struct raw_waiter *first, *last;
};

struct raw_channel {
    struct raw_queue sending, receiving;
};

struct raw_semaphore {
    long permits;
    struct raw_queue waiting;
};

enum { RAW_CHOICES_MAX = 16 };

void raw_send(struct raw_channel *channel, long item);
long raw_receive(struct raw_channel *channel);

// Receives from whichever of `count` channels has an item, looking first at
// the one with index `turn`.
long raw_select(struct raw_channel *channels, size_t count, size_t turn);

// Waits until raw_notify takes the caller out, which it does with the first, if
// there is one.
void raw_wait(struct raw_queue *queue);
void raw_notify(struct raw_queue *queue);

void raw_acquire(struct raw_semaphore *semaphore);
void raw_release(struct raw_semaphore *semaphore);

#endif // BENCH_RAW_CHANNEL_H
