// Who waits is kept by handle and direction, with the question that was asked
// for it. Whoever leaves forgets the question and takes it back: an answer that
// nobody knows of is for nobody.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/windows/iocp.h"

static void leave(struct iocp *iocp, struct slot *slot,
                  enum trio_direction direction)
{
    TRIO_ASSERT(iocp->loop.waiters > 0);
    iocp->loop.waiters--;
    slot->polls[direction] = NULL;
    slot->waiters[direction] = NULL;
}

// Returns who waited, or NULL: nobody.
static struct trio_io_waiter *withdraw(struct iocp *iocp, struct slot *slot,
                                       enum trio_direction direction)
{
    struct trio_io_waiter *waiter = slot->waiters[direction];

    if (waiter == NULL)
        return NULL;
    if (slot->polls[direction] != NULL)
        trio_iocp_take_back_(slot->polls[direction]);
    leave(iocp, slot, direction);
    return waiter;
}

trio_status trio_interest_arm_(void *context, struct trio_io_waiter *waiter)
{
    struct iocp *iocp = context;
    struct operation *poll;
    trio_status rc;
    struct slot *slot = trio_iocp_make_slot_(iocp, waiter->handle, &rc);

    if (slot == NULL)
        return rc;
    if (slot->waiters[waiter->direction] != NULL)
        return TRIO_EBUSY;
    rc = trio_iocp_ask_(iocp, slot, waiter, &poll);
    if (rc != TRIO_OK)
        return rc;
    slot->waiters[waiter->direction] = waiter;
    slot->polls[waiter->direction] = poll;
    iocp->loop.waiters++;
    return TRIO_OK;
}

void trio_interest_disarm_(void *context, struct trio_io_waiter *waiter)
{
    struct slot *slot = trio_iocp_slot_(context, waiter->handle);

    TRIO_ASSERT(slot != NULL && slot->waiters[waiter->direction] == waiter);
    withdraw(context, slot, waiter->direction);
}

void trio_interest_closing_(void *context, trio_handle handle)
{
    struct slot *slot = trio_iocp_slot_(context, handle);

    if (slot == NULL)
        return;
    for (int i = TRIO_READABLE; i <= TRIO_WRITABLE; i++) {
        struct trio_io_waiter *waiter =
            withdraw(context, slot, (enum trio_direction)i);

        if (waiter != NULL)
            trio_io_ready(waiter, TRIO_ECLOSED);
    }
}

void trio_iocp_tell_(struct iocp *iocp, struct slot *slot,
                     enum trio_direction direction, trio_status result)
{
    struct trio_io_waiter *waiter = slot->waiters[direction];

    if (waiter == NULL)
        return;
    leave(iocp, slot, direction);
    trio_io_ready(waiter, result);
}

void trio_iocp_abandon_(struct iocp *iocp, struct slot *slot)
{
    withdraw(iocp, slot, TRIO_READABLE);
    withdraw(iocp, slot, TRIO_WRITABLE);
}
