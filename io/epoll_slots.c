// A descriptor is a small number that the system gives out again as soon as it
// is free, so a number alone does not say whose event it is. Each slot counts
// its registrations, each event brings back the count of the one that it is of,
// and an event whose count is not the current one is nobody's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/epoll.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64

struct slot *trio_epoll_slot_(const struct epoll *epoll, trio_handle handle)
{
    if (handle < 0 || (size_t)handle >= epoll->slot_count)
        return NULL;
    return &epoll->slots[handle];
}

static bool grow(struct epoll *epoll, size_t wanted)
{
    size_t count =
        epoll->slot_count < SLOTS_MIN ? SLOTS_MIN : epoll->slot_count;
    while (count < wanted)
        count *= 2;
    struct slot *slots = realloc(epoll->slots, count * sizeof(*slots));
    if (slots == NULL)
        return false;
    memset(slots + epoll->slot_count, 0,
           (count - epoll->slot_count) * sizeof(*slots));
    epoll->slots = slots;
    epoll->slot_count = count;
    return true;
}

struct slot *trio_epoll_make_slot_(struct epoll *epoll, trio_handle handle,
                                   trio_status *ret_status)
{
    struct slot *slot = trio_epoll_slot_(epoll, handle);

    *ret_status = TRIO_OK;
    if (slot != NULL)
        return slot;
    // Any number may have been given, but only those in use are worth room.
    if (handle < 0 || handle > INT_MAX || fcntl((int)handle, F_GETFD) < 0)
        *ret_status = trio_epoll_refuse_(epoll, TRIO_EBADHANDLE, EBADF);
    else if (!grow(epoll, (size_t)handle + 1))
        *ret_status = trio_epoll_refuse_(epoll, TRIO_ENOMEM, ENOMEM);
    return trio_epoll_slot_(epoll, handle);
}

trio_status trio_epoll_adopt_(struct epoll *epoll, trio_handle handle,
                              bool datagram, bool local)
{
    trio_status rc;
    struct slot *slot = trio_epoll_make_slot_(epoll, handle, &rc);

    if (slot == NULL)
        return rc;
    // The number is new, so whatever we still know of it was closed behind our
    // back.
    trio_epoll_forget_(epoll, slot);
    slot->ours = true;
    slot->datagram = datagram;
    slot->local = local;
    return TRIO_OK;
}

struct slot *trio_epoll_socket_(struct epoll *epoll, trio_handle handle)
{
    struct slot *slot = trio_epoll_slot_(epoll, handle);

    if (slot != NULL && slot->ours)
        return slot;
    epoll->last_error = EBADF;
    return NULL;
}

void trio_epoll_dismiss_(struct epoll *epoll, struct slot *slot)
{
    trio_epoll_finish_(epoll, slot, TRIO_READABLE, TRIO_ECLOSED);
    trio_epoll_finish_(epoll, slot, TRIO_WRITABLE, TRIO_ECLOSED);
}

void trio_epoll_forget_(struct epoll *epoll, struct slot *slot)
{
    trio_epoll_dismiss_(epoll, slot);
    *slot = (struct slot){.generation = slot->generation + 1};
}
