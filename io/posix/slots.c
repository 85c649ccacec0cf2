// A descriptor is a small number that the system gives out again as soon as it
// is free, so a number alone does not say whose event it is. Each slot counts
// its registrations, each event brings back the count of the one that it is of,
// and an event whose count is not the current one is nobody's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 64

static bool grow(struct posix *posix, size_t wanted)
{
    size_t count =
        posix->slot_count < SLOTS_MIN ? SLOTS_MIN : posix->slot_count;
    while (count < wanted)
        count *= 2;
    size_t known = posix->slot_count * sizeof(struct slot);
    size_t size = count * sizeof(struct slot);
    struct slot *slots = aligned_alloc(SLOT_SIZE, size);
    if (slots == NULL)
        return false;
    if (known > 0)
        memcpy(slots, posix->slots, known);
    memset((char *)slots + known, 0, size - known);
    free(posix->slots);
    posix->slots = slots;
    posix->slot_count = count;
    return true;
}

struct slot *trio_posix_make_slot_(struct posix *posix, trio_handle handle,
                                   trio_status *ret_status)
{
    struct slot *slot = trio_posix_slot_(posix, handle);

    *ret_status = TRIO_OK;
    if (slot != NULL)
        return slot;
    // Any number may have been given, but only those in use are worth room.
    if (handle < 0 || handle > INT_MAX || fcntl((int)handle, F_GETFD) < 0)
        *ret_status = trio_posix_refuse_(posix, TRIO_EBADHANDLE, EBADF);
    else if (!grow(posix, (size_t)handle + 1))
        *ret_status = trio_posix_refuse_(posix, TRIO_ENOMEM, ENOMEM);
    return trio_posix_slot_(posix, handle);
}

trio_status trio_posix_adopt_(struct posix *posix, trio_handle handle,
                              bool datagram, bool local)
{
    trio_status rc;
    struct slot *slot = trio_posix_make_slot_(posix, handle, &rc);

    if (slot == NULL)
        return rc;
    // The number is new, so whatever we still know of it was closed behind our
    // back.
    trio_posix_forget_(posix, slot);
    slot->ours = true;
    slot->datagram = datagram;
    slot->local = local;
    return TRIO_OK;
}

void trio_posix_dismiss_(struct posix *posix, struct slot *slot)
{
    trio_posix_finish_(posix, slot, TRIO_READABLE, TRIO_ECLOSED);
    trio_posix_finish_(posix, slot, TRIO_WRITABLE, TRIO_ECLOSED);
}

void trio_posix_forget_(struct posix *posix, struct slot *slot)
{
    trio_posix_dismiss_(posix, slot);
    *slot = (struct slot){.generation = slot->generation + 1};
}
