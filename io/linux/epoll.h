// The poller of Linux: what its files share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_LINUX_EPOLL_H
#define TRIO_IO_LINUX_EPOLL_H

#include "io/posix/poller.h"

struct epoll {
    struct posix posix;
    int descriptor;
    int wake_descriptor;
    bool is_coarse; // The system knows no wait in nanoseconds.
};

// ---- epoll_wait_ns.c, epoll_wait_ms.c: one of them, as libc has it ----

struct epoll_event;

// Waits as epoll_wait does, but at most for `limit`, more than 0, to the
// nanosecond. Returns false, at once, if the system cannot; else `ret_count` is
// what epoll_wait would return.
bool trio_epoll_wait_finely_(const struct epoll *epoll,
                             struct epoll_event *events, int max,
                             trio_duration limit, int *ret_count);

// ---- epoll_register.c ----

// Tells the waiters of each slot about its events. What is of no registration,
// as the event that rings, is nobody's.
void trio_epoll_deliver_(struct posix *posix, const struct epoll_event *events,
                         int count);

#endif // TRIO_IO_LINUX_EPOLL_H
