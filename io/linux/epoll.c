// The loop sleeps in one place, epoll_wait, and may be woken from any thread.
// A wake-up must never get lost, and costs a system call only when the loop
// really sleeps:
//
//     the sleeper   says `sleeping`, then looks at `woken`
//     the waker     says `woken`, then looks at `sleeping`
//
// In whatever order these four fall, at least one of the two sees the other:
// the sleeper does not go to sleep, or the waker writes to the descriptor that
// the sleeper waits for. That one is registered edge-triggered, so that each
// write is an event and nobody ever has to read it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/linux/epoll.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH 256

// Sleeps in whole milliseconds, rounded up: late is allowed, early is not.
static int wait_coarsely(struct epoll *epoll, struct epoll_event *events,
                         trio_duration limit)
{
    trio_duration whole = limit / TRIO_MS + (limit % TRIO_MS != 0);
    int timeout = whole > INT_MAX ? INT_MAX : (int)whole;
    return epoll_wait(epoll->descriptor, events, BATCH, timeout);
}

static int wait_for_events(struct epoll *epoll, struct epoll_event *events,
                           trio_duration limit)
{
    int count;

    if (limit <= 0)
        return epoll_wait(epoll->descriptor, events, BATCH, 0);
    if (limit == TRIO_FOREVER)
        return epoll_wait(epoll->descriptor, events, BATCH, -1);
    if (!epoll->is_coarse &&
        trio_epoll_wait_finely_(epoll, events, BATCH, limit, &count))
        return count;
    epoll->is_coarse = true;
    return wait_coarsely(epoll, events, limit);
}

static int sleep_for_events(struct epoll *epoll, struct epoll_event *events,
                            trio_duration limit)
{
    __atomic_store_n(&epoll->sleeping, true, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(&epoll->woken, false, __ATOMIC_SEQ_CST))
        limit = 0;
    int count = wait_for_events(epoll, events, limit);
    __atomic_store_n(&epoll->sleeping, false, __ATOMIC_SEQ_CST);
    // What was said by now is looked at in this pass, after this.
    __atomic_store_n(&epoll->woken, false, __ATOMIC_SEQ_CST);
    return count;
}

static void poll_events(void *context, trio_duration limit)
{
    struct epoll *epoll = context;
    struct epoll_event events[BATCH];

    if (limit == 0 && epoll->posix.waiters == 0)
        return; // What has happened will still be told when somebody waits.
    int count = limit > 0 ? sleep_for_events(epoll, events, limit)
                          : wait_for_events(epoll, events, 0);

    // Anything else would be a descriptor of ours that somebody closed.
    TRIO_ASSERT(count >= 0 || errno == EINTR);
    for (int i = 0; i < count; i++) {
        uint64_t data = events[i].data.u64;
        int descriptor = (int)(data & UINT32_MAX);

        if (descriptor != epoll->wake_descriptor)
            trio_epoll_deliver_(&epoll->posix, descriptor,
                                (uint32_t)(data >> 32), events[i].events);
    }
}

static void wake(void *context)
{
    struct epoll *epoll = context;
    static const uint64_t one = 1;
    int error = errno; // That of whatever a signal handler interrupted.

    if (__atomic_exchange_n(&epoll->woken, true, __ATOMIC_SEQ_CST))
        return; // Whoever said so first has written, or the loop has yet to
                // look.
    if (__atomic_load_n(&epoll->sleeping, __ATOMIC_SEQ_CST)) {
        // Cannot fail but by interruption: the counter does not get so far.
        while (write(epoll->wake_descriptor, &one, sizeof(one)) < 0 &&
               errno == EINTR)
            continue;
        errno = error;
    }
}

static size_t count_waiters(void *context)
{
    const struct epoll *epoll = context;
    return epoll->posix.waiters;
}

static bool can_wake(void *context)
{
    const struct epoll *epoll = context;
    return epoll->posix.waiters > 0 || epoll->posix.jobs > 0;
}

static int last_error(void *context)
{
    const struct epoll *epoll = context;
    return epoll->posix.last_error;
}

const struct trio_io trio_epoll_io_ = {
    .name = "epoll",
    .poll = poll_events,
    .arm = trio_epoll_arm_,
    .disarm = trio_epoll_disarm_,
    .closing = trio_epoll_closing_,
    .waiters = count_waiters,
    .can_wake = can_wake,
    .wake = wake,
    .last_error = last_error,
};
