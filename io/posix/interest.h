// Who waits for which descriptor.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_POSIX_INTEREST_H
#define TRIO_IO_POSIX_INTEREST_H

#include "io/posix/posix.h"

// Says whether a handle is ours, or somebody waits for it.
bool trio_posix_is_used_(struct posix *posix, trio_handle handle);

// Returns the slot that an event of this registration is for; NULL if that is
// gone.
struct slot *trio_posix_registered_(struct posix *posix, trio_handle handle,
                                    uint32_t generation);

// Tells the waiters of a slot that something has happened in a set of
// directions. `cuts_short`: so that from now on more may follow a short read.
void trio_posix_deliver_(struct posix *posix, struct slot *slot,
                         unsigned directions, bool cuts_short);

// Brings the registration of a descriptor of the caller's in line with who
// waits. If the kernel no longer knows it, its waiters are told, and false is
// returned.
bool trio_posix_refresh_(struct posix *posix, struct slot *slot);

// Says whether somebody waits for a slot.
bool trio_posix_is_awaited_(const struct slot *slot);

#endif // TRIO_IO_POSIX_INTEREST_H
