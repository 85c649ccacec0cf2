// Each registration brings back its descriptor and the count of it, by which
// events of older ones are told.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/linux/epoll.h"

#include <errno.h>
#include <sys/epoll.h>

#include "io/posix/interest.h"
#include "io/posix/os_status.h"

#define BOTH (1u << TRIO_READABLE | 1u << TRIO_WRITABLE)

#define EVENTS_OF_OURS (EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET)
#define EVENTS_THAT_END (EPOLLRDHUP | EPOLLHUP | EPOLLERR)
#define EVENTS_READABLE (EPOLLIN | EVENTS_THAT_END)
#define EVENTS_WRITABLE (EPOLLOUT | EPOLLHUP | EPOLLERR)

// Returns 0 or the error.
static int control(struct posix *posix, int operation, const struct slot *slot,
                   uint32_t events)
{
    const struct epoll *epoll = (struct epoll *)posix;
    uint32_t descriptor = (uint32_t)(slot - posix->slots);
    struct epoll_event event = {.events = events,
                                .data.u64 = (uint64_t)slot->generation << 32 |
                                            descriptor};

    return epoll_ctl(epoll->descriptor, operation, (int)descriptor, &event) == 0
               ? 0
               : errno;
}

trio_status trio_poller_status_(int error)
{
    switch (error) {
    case EPERM: // A regular file, or the like: always ready.
        return TRIO_ENOTSUP;
    case ENOSPC: // The limit on registrations, which is one on memory.
        return TRIO_ENOMEM;
    default:
        return trio_status_of_errno_(error);
    }
}

// Registers a descriptor anew. What the kernel still has under the number and
// for the same file, such as a copy of a descriptor, is taken over.
static int add(struct posix *posix, struct slot *slot, uint32_t events)
{
    slot->generation++;
    int error = control(posix, EPOLL_CTL_ADD, slot, events);
    if (error == EEXIST)
        error = control(posix, EPOLL_CTL_MOD, slot, events);
    slot->registered = error == 0 ? BOTH : 0;
    return error;
}

int trio_poller_watch_(struct posix *posix, struct slot *slot,
                       enum trio_direction direction)
{
    (void)direction;
    return add(posix, slot, EVENTS_OF_OURS);
}

static uint32_t events_awaited(const struct slot *slot)
{
    uint32_t events = EPOLLONESHOT;

    if (slot->waiters[TRIO_READABLE] != NULL)
        events |= EPOLLIN | EPOLLRDHUP;
    if (slot->waiters[TRIO_WRITABLE] != NULL)
        events |= EPOLLOUT;
    return events;
}

int trio_poller_await_(struct posix *posix, struct slot *slot)
{
    uint32_t events = events_awaited(slot);

    if (!slot->registered)
        return add(posix, slot, events);
    int error = control(posix, EPOLL_CTL_MOD, slot, events);
    if (error != 0)
        slot->registered = 0;
    return error;
}

void trio_poller_unregister_(struct posix *posix, struct slot *slot)
{
    if (slot->registered)
        (void)control(posix, EPOLL_CTL_DEL, slot, 0);
    slot->registered = 0;
}

// Closing takes what is not shared off epoll.
void trio_poller_closes_(struct posix *posix, struct slot *slot)
{
    if (slot->shared)
        trio_poller_unregister_(posix, slot);
}

int trio_poller_can_wait_(struct posix *posix, int descriptor)
{
    const struct epoll *epoll = (struct epoll *)posix;
    struct epoll_event event = {.events = EPOLLONESHOT};

    if (epoll_ctl(epoll->descriptor, EPOLL_CTL_ADD, descriptor, &event) == 0) {
        epoll_ctl(epoll->descriptor, EPOLL_CTL_DEL, descriptor, NULL);
        return 0;
    }
    // Else somebody waited for it, whom it outlives.
    return errno == EEXIST ? 0 : errno;
}

static void deliver(struct posix *posix, const struct epoll_event *event)
{
    uint32_t events = event->events;
    int descriptor = (int)(uint32_t)event->data.u64;
    uint32_t generation = (uint32_t)(event->data.u64 >> 32);
    struct slot *slot = trio_posix_registered_(posix, descriptor, generation);

    if (slot == NULL)
        return;
    if ((events & (EVENTS_THAT_END | EPOLLPRI)) != 0)
        slot->cuts_short = true;
    if ((events & EVENTS_READABLE) != 0)
        trio_posix_tell_(posix, slot, TRIO_READABLE);
    if ((events & EVENTS_WRITABLE) != 0)
        trio_posix_tell_(posix, slot, TRIO_WRITABLE);
    // The one event has come: who still waits is registered anew.
    if (!slot->ours)
        trio_posix_refresh_(posix, slot);
}

void trio_epoll_deliver_(struct posix *posix, const struct epoll_event *events,
                         int count)
{
    for (int i = 0; i < count; i++)
        deliver(posix, &events[i]);
}
