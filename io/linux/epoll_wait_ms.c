// Where libc has no call that counts nanoseconds, as musl and older ones of
// GNU: the loop sleeps in whole milliseconds.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <sys/epoll.h>

#if __GLIBC__ * 1000 + __GLIBC_MINOR__ < 2035

#include "io/linux/epoll.h"

bool trio_epoll_wait_finely_(const struct epoll *epoll,
                             struct epoll_event *events, int max,
                             trio_duration limit, int *ret_count)
{
    (void)epoll;
    (void)events;
    (void)max;
    (void)limit;
    (void)ret_count;
    return false;
}

#endif
