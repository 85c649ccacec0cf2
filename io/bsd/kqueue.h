// The poller of systems with kqueue: what its files share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_BSD_KQUEUE_H
#define TRIO_IO_BSD_KQUEUE_H

#include <sys/event.h>

#include "io/posix/poller.h"

struct kqueue_watch;

struct kqueue {
    struct posix posix;
    int descriptor;
    struct kqueue_watch *watches; // Of trio_kqueue_wait.
};

// Makes `count` changes, a few at most, and waits for nothing. `ret_errors` has
// for each 0 or the error.
void trio_kqueue_change_(struct kqueue *queue, const struct kevent *changes,
                         int count, int *ret_errors);

// ---- kqueue_register.c ----

// Tells the waiters of a slot about an event of its.
void trio_kqueue_deliver_(struct posix *posix, const struct kevent *event);

// ---- kqueue_wait.c ----

// Tells who waits for this very event; false if nobody does.
bool trio_kqueue_tell_(struct kqueue *queue, const struct kevent *event);

#endif // TRIO_IO_BSD_KQUEUE_H
