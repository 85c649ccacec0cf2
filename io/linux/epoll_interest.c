// Two kinds of handles, two ways to wait.
//
// Sockets of ours are registered once, when somebody first has to wait for one:
// edge-triggered, for both directions. An edge is an event only where something
// changes, so what it said has to be kept: an event makes a direction's
// readiness unknown, a call that found nothing makes it none, and only while it
// is none does a task wait. Registering reports what is ready at that moment,
// so no edge is lost between the call that found nothing and the registration.
//
// The caller's own descriptors are registered for one wait and one event, and
// taken off again when nobody waits: the kernel looks at their level each time,
// and it is nobody's business who reads how much of them in between.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/linux/epoll.h"

#include <errno.h>
#include <sys/epoll.h>

#include "io/posix/os_status.h"

#define EVENTS_OF_OURS (EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET)
#define EVENTS_THAT_END (EPOLLRDHUP | EPOLLHUP | EPOLLERR)
#define EVENTS_READABLE (EPOLLIN | EVENTS_THAT_END)
#define EVENTS_WRITABLE (EPOLLOUT | EPOLLHUP | EPOLLERR)

static int descriptor_of(const struct posix *posix)
{
    return ((const struct epoll *)posix)->descriptor;
}

// Returns 0 or the error.
static int control(struct posix *posix, int operation, trio_handle handle,
                   uint32_t events)
{
    const struct slot *slot = &posix->slots[handle];
    struct epoll_event event = {.events = events,
                                .data.u64 = (uint64_t)slot->generation << 32 |
                                            (uint32_t)(uint64_t)handle};

    if (epoll_ctl(descriptor_of(posix), operation, (int)handle, &event) == 0)
        return 0;
    posix->last_error = errno;
    return errno;
}

static trio_status status_of(int error)
{
    switch (error) {
    case 0:
        return TRIO_OK;
    case EPERM: // A regular file, or the like: always ready.
        return TRIO_ENOTSUP;
    case ENOSPC: // The limit on registrations, which is one on memory.
        return TRIO_ENOMEM;
    default:
        return trio_status_of_errno_(error);
    }
}

static trio_handle handle_of(const struct posix *posix, const struct slot *slot)
{
    return slot - posix->slots;
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

// Registers a descriptor anew. What the kernel still has under the number and
// for the same file, such as a copy of a descriptor, is taken over.
static trio_status add(struct posix *posix, struct slot *slot, uint32_t events)
{
    trio_handle handle = handle_of(posix, slot);

    slot->generation++;
    int error = control(posix, EPOLL_CTL_ADD, handle, events);
    if (error == EEXIST)
        error = control(posix, EPOLL_CTL_MOD, handle, events);
    slot->registered = error == 0;
    return status_of(error);
}

void trio_poller_unregister_(struct posix *posix, struct slot *slot)
{
    if (slot->registered)
        control(posix, EPOLL_CTL_DEL, handle_of(posix, slot), 0);
    slot->registered = false;
}

// Brings the registration of a descriptor of the caller's in line with who
// waits. If the kernel no longer knows it, it was closed behind our back: its
// waiters are told, and false is returned.
static bool refresh(struct posix *posix, struct slot *slot)
{
    trio_handle handle = handle_of(posix, slot);
    uint32_t events = events_awaited(slot);

    if (!slot->registered)
        return true;
    if (events == EPOLLONESHOT) {
        trio_poller_unregister_(posix, slot);
        return true;
    }
    if (control(posix, EPOLL_CTL_MOD, handle, events) == 0)
        return true;
    trio_posix_forget_(posix, slot);
    return false;
}

bool trio_poller_is_used_(struct posix *posix, trio_handle handle)
{
    struct slot *slot = trio_posix_slot_(posix, handle);

    if (slot == NULL || slot->ours)
        return slot != NULL;
    return events_awaited(slot) != EPOLLONESHOT && refresh(posix, slot);
}

trio_status trio_poller_can_wait_(struct posix *posix, int descriptor)
{
    struct epoll_event event = {.events = EPOLLONESHOT};

    if (epoll_ctl(descriptor_of(posix), EPOLL_CTL_ADD, descriptor, &event) ==
        0) {
        epoll_ctl(descriptor_of(posix), EPOLL_CTL_DEL, descriptor, NULL);
        return TRIO_OK;
    }
    if (errno == EEXIST) // Somebody waited for it, whom it outlives.
        return TRIO_OK;
    return trio_posix_refuse_(posix, status_of(errno), errno);
}

// ---- Arming ----

static void enter(struct posix *posix, struct slot *slot,
                  struct trio_io_waiter *waiter)
{
    slot->waiters[waiter->direction] = waiter;
    posix->waiters++;
}

static void leave(struct posix *posix, struct slot *slot,
                  struct trio_io_waiter *waiter)
{
    TRIO_ASSERT(slot->waiters[waiter->direction] == waiter);
    TRIO_ASSERT(posix->waiters > 0);
    slot->waiters[waiter->direction] = NULL;
    posix->waiters--;
}

static trio_status arm_ours(struct posix *posix, struct slot *slot,
                            struct trio_io_waiter *waiter)
{
    uint8_t *readiness = &slot->readiness[waiter->direction];
    trio_status rc = TRIO_OK;

    if (slot->waiters[waiter->direction] != NULL)
        return TRIO_EBUSY;
    if (*readiness == READINESS_UNKNOWN) {
        *readiness = READINESS_TOLD;
        return TRIO_EEXIST;
    }
    // Told to try, and back without a call of ours: it was tried elsewhere.
    // Only the kernel knows; registering once more makes it say.
    if (!slot->registered || *readiness == READINESS_TOLD)
        rc = add(posix, slot, EVENTS_OF_OURS);
    if (rc != TRIO_OK)
        return rc;
    *readiness = READINESS_NONE;
    enter(posix, slot, waiter);
    return TRIO_OK;
}

static trio_status arm_foreign(struct posix *posix, struct slot *slot,
                               struct trio_io_waiter *waiter)
{
    // It may be a new file under an old number; who waits for the old one is
    // told by refresh, and not in the way.
    if (slot->waiters[waiter->direction] != NULL && refresh(posix, slot))
        return TRIO_EBUSY;
    enter(posix, slot, waiter);
    if (slot->registered) {
        struct trio_io_waiter *other = slot->waiters[!waiter->direction];
        if (control(posix, EPOLL_CTL_MOD, waiter->handle,
                    events_awaited(slot)) == 0)
            return TRIO_OK;
        TRIO_ASSERT(other != NULL);
        leave(posix, slot, waiter);
        trio_posix_forget_(posix, slot);
        enter(posix, slot, waiter);
    }
    trio_status rc = add(posix, slot, events_awaited(slot));
    if (rc != TRIO_OK)
        leave(posix, slot, waiter);
    return rc;
}

trio_status trio_epoll_arm_(void *context, struct trio_io_waiter *waiter)
{
    struct posix *posix = context;
    trio_status rc;
    struct slot *slot = trio_posix_make_slot_(posix, waiter->handle, &rc);

    if (slot == NULL)
        return rc;
    return slot->ours ? arm_ours(posix, slot, waiter)
                      : arm_foreign(posix, slot, waiter);
}

void trio_epoll_disarm_(void *context, struct trio_io_waiter *waiter)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_slot_(posix, waiter->handle);

    TRIO_ASSERT(slot != NULL);
    leave(posix, slot, waiter);
    if (!slot->ours)
        refresh(posix, slot);
}

void trio_epoll_closing_(void *context, trio_handle handle)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_slot_(posix, handle);

    if (slot == NULL)
        return;
    // A copy of the descriptor would keep the registration alive.
    trio_poller_unregister_(posix, slot);
    trio_posix_dismiss_(posix, slot);
}

// ---- Events ----

static void deliver_ours(struct posix *posix, struct slot *slot,
                         uint32_t events)
{
    if (events & (EVENTS_THAT_END | EPOLLPRI))
        slot->cuts_short = true;
    if (events & EVENTS_READABLE) {
        slot->readiness[TRIO_READABLE] = READINESS_UNKNOWN;
        trio_posix_finish_(posix, slot, TRIO_READABLE, TRIO_OK);
    }
    if (events & EVENTS_WRITABLE) {
        slot->readiness[TRIO_WRITABLE] = READINESS_UNKNOWN;
        trio_posix_finish_(posix, slot, TRIO_WRITABLE, TRIO_OK);
    }
}

// The one event has come: who still waits is registered anew.
static void deliver_foreign(struct posix *posix, struct slot *slot,
                            uint32_t events)
{
    if (events & EVENTS_READABLE)
        trio_posix_finish_(posix, slot, TRIO_READABLE, TRIO_OK);
    if (events & EVENTS_WRITABLE)
        trio_posix_finish_(posix, slot, TRIO_WRITABLE, TRIO_OK);
    refresh(posix, slot);
}

void trio_epoll_deliver_(struct posix *posix, int descriptor,
                         uint32_t generation, uint32_t events)
{
    struct slot *slot = trio_posix_slot_(posix, descriptor);

    // S45: of a registration that is gone, though its number may be back.
    if (slot == NULL || !slot->registered || slot->generation != generation)
        return;
    if (slot->ours)
        deliver_ours(posix, slot, events);
    else
        deliver_foreign(posix, slot, events);
}
