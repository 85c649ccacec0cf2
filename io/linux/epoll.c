// The loop sleeps in epoll_wait. What rings is registered there edge-triggered,
// so that each write is an event and nobody ever has to read it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/linux/epoll.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BATCH 256

const char trio_poller_name_[] = "epoll";

static void close_descriptor(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

void trio_poller_close_(struct posix *posix)
{
    struct epoll *epoll = (struct epoll *)posix;

    close_descriptor(epoll->wake_descriptor);
    close_descriptor(epoll->descriptor);
    free(epoll);
}

static bool open_descriptors(struct epoll *epoll)
{
    epoll->descriptor = epoll_create1(EPOLL_CLOEXEC);
    epoll->wake_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (epoll->descriptor < 0 || epoll->wake_descriptor < 0)
        return false;
    struct epoll_event event = {.events = EPOLLIN | EPOLLET,
                                .data.u64 = UINT64_MAX}; // No slot's.
    return epoll_ctl(epoll->descriptor, EPOLL_CTL_ADD, epoll->wake_descriptor,
                     &event) == 0;
}

struct posix *trio_poller_open_(void)
{
    struct epoll *epoll = calloc(1, sizeof(*epoll));

    if (epoll == NULL)
        return NULL;
    if (open_descriptors(epoll))
        return &epoll->posix;
    int error = errno;
    trio_poller_close_(&epoll->posix);
    errno = error;
    return NULL;
}

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

void trio_poller_wait_(struct loop *loop, trio_duration limit)
{
    struct epoll *epoll = (struct epoll *)loop;
    struct epoll_event events[BATCH];
    int count = wait_for_events(epoll, events, limit);

    // Anything else would be a descriptor of ours that somebody closed.
    TRIO_ASSERT(count >= 0 || errno == EINTR);
    trio_epoll_deliver_(&epoll->posix, events, count);
}

void trio_poller_ring_(struct loop *loop)
{
    static const uint64_t one = 1;
    struct epoll *epoll = (struct epoll *)loop;
    int error = errno; // That of whatever a signal handler interrupted.

    // Cannot fail but by interruption: the counter does not get so far.
    while (write(epoll->wake_descriptor, &one, sizeof(one)) < 0 &&
           errno == EINTR)
        continue;
    errno = error;
}
