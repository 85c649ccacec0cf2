// Two kinds of handles, two ways to wait.
//
// Sockets of ours are registered once, when somebody first has to wait for one:
// by edges, for both directions. An edge is an event only where something
// changes, so what it said has to be kept: an event makes a direction's
// readiness unknown, a call that found nothing makes it none, and only while it
// is none does a task wait. Registering reports what is ready at that moment,
// so no edge is lost between the call that found nothing and the registration.
//
// The caller's own descriptors are registered for one wait and one event, and
// taken off again when nobody waits: the kernel looks at their level each time,
// and it is nobody's business who reads how much of them in between.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/posix/interest.h"

#include "io/posix/poller.h"

static unsigned bit_of(enum trio_direction direction)
{
    return 1u << direction;
}

static trio_status refused(struct posix *posix, int error)
{
    return trio_posix_refuse_(posix, trio_poller_status_(error), error);
}

bool trio_posix_is_awaited_(const struct slot *slot)
{
    return slot->waiters[TRIO_READABLE] != NULL ||
           slot->waiters[TRIO_WRITABLE] != NULL;
}

bool trio_posix_refresh_(struct posix *posix, struct slot *slot)
{
    if (!slot->registered)
        return true;
    if (!trio_posix_is_awaited_(slot)) {
        trio_poller_unregister_(posix, slot);
        return true;
    }
    int error = trio_poller_await_(posix, slot);
    if (error == 0)
        return true;
    posix->loop.last_error = error;
    trio_posix_forget_(posix, slot);
    return false;
}

bool trio_posix_is_used_(struct posix *posix, trio_handle handle)
{
    struct slot *slot = trio_posix_slot_(posix, handle);

    if (slot == NULL || slot->ours)
        return slot != NULL;
    return trio_posix_is_awaited_(slot) && trio_posix_refresh_(posix, slot);
}

// ---- Arming ----

static void enter(struct posix *posix, struct slot *slot,
                  struct trio_io_waiter *waiter)
{
    slot->waiters[waiter->direction] = waiter;
    posix->loop.waiters++;
}

static void leave(struct posix *posix, struct slot *slot,
                  struct trio_io_waiter *waiter)
{
    TRIO_ASSERT(slot->waiters[waiter->direction] == waiter);
    TRIO_ASSERT(posix->loop.waiters > 0);
    slot->waiters[waiter->direction] = NULL;
    posix->loop.waiters--;
}

// Registers a socket of ours for the sake of one direction; returns 0 or the
// error. If the other one has come off by that, who waits for it tries.
static int watch(struct posix *posix, struct slot *slot,
                 enum trio_direction direction)
{
    enum trio_direction other =
        direction == TRIO_READABLE ? TRIO_WRITABLE : TRIO_READABLE;
    int error = trio_poller_watch_(posix, slot, direction);

    if ((slot->registered & bit_of(other)) == 0)
        trio_posix_tell_(posix, slot, other);
    return error;
}

static NOINLINE trio_status arm_anew(struct posix *posix, struct slot *slot,
                                     struct trio_io_waiter *waiter)
{
    int error = watch(posix, slot, waiter->direction);

    if (error != 0) {
        slot->readiness[waiter->direction] = READINESS_UNKNOWN;
        return refused(posix, error);
    }
    slot->readiness[waiter->direction] = READINESS_NONE;
    enter(posix, slot, waiter);
    return TRIO_OK;
}

static trio_status arm_ours(struct posix *posix, struct slot *slot,
                            struct trio_io_waiter *waiter)
{
    uint8_t *readiness = &slot->readiness[waiter->direction];

    if (slot->waiters[waiter->direction] != NULL)
        return TRIO_EBUSY;
    if (*readiness == READINESS_UNKNOWN) {
        *readiness = READINESS_TOLD;
        return TRIO_EEXIST;
    }
    // Told to try, and back without a call of ours: it was tried elsewhere.
    // Only the kernel knows; registering once more makes it say.
    if ((slot->registered & bit_of(waiter->direction)) == 0 ||
        *readiness == READINESS_TOLD)
        return arm_anew(posix, slot, waiter);
    enter(posix, slot, waiter);
    return TRIO_OK;
}

static NOINLINE trio_status arm_foreign(struct posix *posix,
                                        struct trio_io_waiter *waiter)
{
    trio_status rc;
    struct slot *slot = trio_posix_make_slot_(posix, waiter->handle, &rc);

    if (slot == NULL)
        return rc;
    bool was_registered = slot->registered != 0;
    // It may be a new file under an old number; who waits for the old one is
    // told by refresh, and not in the way.
    if (slot->waiters[waiter->direction] != NULL &&
        trio_posix_refresh_(posix, slot))
        return TRIO_EBUSY;
    enter(posix, slot, waiter);
    int error = trio_poller_await_(posix, slot);
    if (error != 0 && was_registered && !slot->registered) {
        leave(posix, slot, waiter);
        trio_posix_forget_(posix, slot);
        enter(posix, slot, waiter);
        error = trio_poller_await_(posix, slot);
    }
    if (error == 0)
        return TRIO_OK;
    leave(posix, slot, waiter);
    return refused(posix, error);
}

trio_status trio_interest_arm_(void *context, struct trio_io_waiter *waiter)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_slot_(posix, waiter->handle);

    if (slot != NULL && slot->ours)
        return arm_ours(posix, slot, waiter);
    return arm_foreign(posix, waiter);
}

void trio_interest_disarm_(void *context, struct trio_io_waiter *waiter)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_slot_(posix, waiter->handle);

    TRIO_ASSERT(slot != NULL);
    leave(posix, slot, waiter);
    if (!slot->ours)
        trio_posix_refresh_(posix, slot);
}

void trio_interest_closing_(void *context, trio_handle handle)
{
    struct posix *posix = context;
    struct slot *slot = trio_posix_slot_(posix, handle);

    if (slot == NULL)
        return;
    // A copy of the descriptor would keep the registration alive.
    trio_poller_unregister_(posix, slot);
    trio_posix_dismiss_(posix, slot);
}
