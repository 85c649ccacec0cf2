// How the kernel tells a run what is ready: each system has a way of its own,
// and a folder with these functions and those of io/loop.h.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_POSIX_POLLER_H
#define TRIO_IO_POSIX_POLLER_H

#include "io/posix/posix.h"

// Makes the context of a run, in which the poller may have members of its own
// after `posix`. NULL: errno says why.
struct posix *trio_poller_open_(void);
void trio_poller_close_(struct posix *posix);

// ---- Registering. Each returns 0 or the error. ----

// Has the kernel tell of each change of a descriptor of ours, and at once of
// what is ready now, also if it was told of that before. It is for the sake of
// one direction; the other one need not work.
TRIO_MUST_USE int trio_poller_watch_(struct posix *posix, struct slot *slot,
                                     enum trio_direction direction);

// Has the kernel tell once of each direction of a descriptor of the caller's
// that somebody waits for, and of no other. If the kernel no longer knows what
// it was told before, the descriptor was closed behind our back: then nothing
// is registered any more.
TRIO_MUST_USE int trio_poller_await_(struct posix *posix, struct slot *slot);

// Takes a descriptor out of the kernel's hands, if it is registered.
void trio_poller_unregister_(struct posix *posix, struct slot *slot);

// The same, right before it is closed: where closing does it, nothing.
void trio_poller_closes_(struct posix *posix, struct slot *slot);

// Says whether a descriptor can be waited for, or EPERM: it is always ready.
TRIO_MUST_USE int trio_poller_can_wait_(struct posix *posix, int descriptor);

// Returns what such an error means to a waiter. TRIO_EEXIST: it is ready.
TRIO_MUST_USE trio_status trio_poller_status_(int error);

#endif // TRIO_IO_POSIX_POLLER_H
