// Handles, and so sockets, are small multiples of four, as the tables of a
// process have them; so what is known of one is found by its number.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>
#include <string.h>

#include "io/windows/iocp.h"

#define SLOTS_MIN 256
#define SLOTS_MAX ((size_t)1 << 24) // As many handles as a process can have.
#define HANDLE_STEP 4

static bool is_handle(trio_handle handle)
{
    return handle >= 0 && handle % HANDLE_STEP == 0 &&
           (size_t)handle / HANDLE_STEP < SLOTS_MAX;
}

struct slot *trio_iocp_slot_(const struct iocp *iocp, trio_handle handle)
{
    if (!is_handle(handle) || (size_t)handle / HANDLE_STEP >= iocp->slot_count)
        return NULL;
    return &iocp->slots[handle / HANDLE_STEP];
}

trio_handle trio_iocp_handle_(const struct iocp *iocp, const struct slot *slot)
{
    return (slot - iocp->slots) * HANDLE_STEP;
}

static bool grow(struct iocp *iocp, size_t wanted)
{
    size_t count = iocp->slot_count < SLOTS_MIN ? SLOTS_MIN : iocp->slot_count;

    while (count < wanted)
        count *= 2;
    struct slot *slots = realloc(iocp->slots, count * sizeof(*slots));
    if (slots == NULL)
        return false;
    memset(slots + iocp->slot_count, 0,
           (count - iocp->slot_count) * sizeof(*slots));
    iocp->slots = slots;
    iocp->slot_count = count;
    return true;
}

static bool is_open(trio_handle handle)
{
    DWORD flags;

    return GetHandleInformation((HANDLE)handle, &flags);
}

struct slot *trio_iocp_make_slot_(struct iocp *iocp, trio_handle handle,
                                  trio_status *ret_status)
{
    struct slot *slot = trio_iocp_slot_(iocp, handle);

    *ret_status = TRIO_OK;
    if (slot != NULL)
        return slot;
    // Any number may have been given, but only those in use are worth room.
    if (!is_handle(handle) || !is_open(handle))
        *ret_status = trio_iocp_refuse_(iocp, TRIO_EBADHANDLE, WSAENOTSOCK);
    else if (!grow(iocp, (size_t)handle / HANDLE_STEP + 1))
        *ret_status =
            trio_iocp_refuse_(iocp, TRIO_ENOMEM, ERROR_NOT_ENOUGH_MEMORY);
    return trio_iocp_slot_(iocp, handle);
}

trio_status trio_iocp_adopt_(struct iocp *iocp, trio_handle handle,
                             bool datagram)
{
    trio_status rc;
    struct slot *slot = trio_iocp_make_slot_(iocp, handle, &rc);

    if (slot == NULL)
        return rc;
    // The number is new, so whatever we still know of it was closed behind our
    // back.
    trio_iocp_forget_(iocp, slot);
    slot->ours = true;
    slot->datagram = datagram;
    return TRIO_OK;
}

struct slot *trio_iocp_socket_(struct iocp *iocp, trio_handle handle)
{
    struct slot *slot = trio_iocp_slot_(iocp, handle);

    if (slot != NULL && slot->ours)
        return slot;
    iocp->loop.last_error = WSAENOTSOCK;
    return NULL;
}

bool trio_iocp_is_used_(const struct iocp *iocp, trio_handle handle)
{
    const struct slot *slot = trio_iocp_slot_(iocp, handle);

    return slot != NULL &&
           (slot->ours || slot->waiters[TRIO_READABLE] != NULL ||
            slot->waiters[TRIO_WRITABLE] != NULL);
}

void trio_iocp_forget_(struct iocp *iocp, struct slot *slot)
{
    trio_interest_closing_(iocp, trio_iocp_handle_(iocp, slot));
    trio_iocp_close_keyboard_(slot->keyboard);
    *slot = (struct slot){.ours = false};
}
