// Who waits for which descriptor.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_POSIX_INTEREST_H
#define TRIO_IO_POSIX_INTEREST_H

#include "io/posix/posix.h"

// Says whether a handle is ours, or somebody waits for it.
bool trio_posix_is_used_(struct posix *posix, trio_handle handle);

// Returns the slot that an event of this registration is for; NULL if that is
// gone.
static inline struct slot *trio_posix_registered_(const struct posix *posix,
                                                  trio_handle handle,
                                                  uint32_t generation)
{
    struct slot *slot = trio_posix_slot_(posix, handle);

    // S45: of a registration that is gone, though its number may be back.
    if (slot == NULL || !slot->registered || slot->generation != generation)
        return NULL;
    return slot;
}

// Tells the waiter of one direction that something has happened there.
static inline void trio_posix_tell_(struct posix *posix, struct slot *slot,
                                    enum trio_direction direction)
{
    slot->readiness[direction] = READINESS_UNKNOWN;
    trio_posix_finish_(posix, slot, direction, TRIO_OK);
}

// Brings the registration of a descriptor of the caller's in line with who
// waits. If the kernel no longer knows it, its waiters are told, and false is
// returned.
bool trio_posix_refresh_(struct posix *posix, struct slot *slot);

// Says whether somebody waits for a slot.
bool trio_posix_is_awaited_(const struct slot *slot);

#endif // TRIO_IO_POSIX_INTEREST_H
