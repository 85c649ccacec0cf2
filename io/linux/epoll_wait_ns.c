// Where libc has the call that counts nanoseconds. The kernel may be older than
// libc: then the answer is the same as from epoll_wait_ms.c.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <sys/epoll.h>

#if __GLIBC__ * 1000 + __GLIBC_MINOR__ >= 2035

#include <errno.h>

#include "io/linux/epoll.h"

bool trio_epoll_wait_finely_(const struct epoll *epoll,
                             struct epoll_event *events, int max,
                             trio_duration limit, int *ret_count)
{
    struct timespec timeout = {.tv_sec = limit / TRIO_SECOND,
                               .tv_nsec = (long)(limit % TRIO_SECOND)};

    *ret_count = epoll_pwait2(epoll->descriptor, events, max, &timeout, NULL);
    // Older kernels do not have the call, and some sandboxes forbid it.
    return *ret_count >= 0 || (errno != ENOSYS && errno != EPERM);
}

#endif
