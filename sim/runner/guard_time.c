// A task's time is the run's: trio_now, trio_sleep, a deadline. The machine's
// clocks, and whatever waits by them, have none of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "sim/runner/guard.h"

// clang-format off
GUARD("real time", int, clock_gettime, (clockid_t id, struct timespec *ret_now),
      (id, ret_now))
GUARD("real time", int, timespec_get, (struct timespec *ret_now, int base),
      (ret_now, base))
GUARD("real time", int, gettimeofday, (struct timeval *ret_now, void *zone),
      (ret_now, zone))
GUARD("real time", time_t, time, (time_t *ret_now), (ret_now))
GUARD("real time", clock_t, clock, (void), ())

GUARD("real time", int, timerfd_create, (clockid_t id, int flags), (id, flags))

GUARD("a real wait", int, nanosleep,
      (const struct timespec *span, struct timespec *ret_rest),
      (span, ret_rest))
GUARD("a real wait", int, clock_nanosleep,
      (clockid_t id, int flags, const struct timespec *span,
       struct timespec *ret_rest),
      (id, flags, span, ret_rest))
GUARD("a real wait", int, usleep, (useconds_t span), (span))
GUARD("a real wait", unsigned, sleep, (unsigned span), (span))
GUARD("a real wait", int, poll, (struct pollfd *set, nfds_t count, int limit),
      (set, count, limit))
GUARD("a real wait", int, select,
      (int count, fd_set *readable, fd_set *writable, fd_set *failed,
       struct timeval *limit),
      (count, readable, writable, failed, limit))
GUARD("a real wait", int, ppoll,
      (struct pollfd *set, nfds_t count, const struct timespec *limit,
       const sigset_t *mask),
      (set, count, limit, mask))
GUARD("a real wait", int, pselect,
      (int count, fd_set *readable, fd_set *writable, fd_set *failed,
       const struct timespec *limit, const sigset_t *mask),
      (count, readable, writable, failed, limit, mask))
GUARD("a real wait", int, epoll_pwait,
      (int handle, struct epoll_event *ret_events, int max, int limit,
       const sigset_t *mask),
      (handle, ret_events, max, limit, mask))
GUARD("a real wait", int, epoll_wait,
      (int handle, struct epoll_event *ret_events, int max, int limit),
      (handle, ret_events, max, limit))
// clang-format on
