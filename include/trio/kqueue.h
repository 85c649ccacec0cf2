// Waiting for any event that kqueue knows: processes, timers, signals, changes
// of files. In builds for systems with kqueue only.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_KQUEUE_H
#define TRIO_KQUEUE_H

#include <trio/base.h>
#include <trio/status.h>

// A `trio_kqueue_event` is what a filter told of its identifier, in the numbers
// of <sys/event.h>. Zero is an event of nothing. Plain data.
//
//     struct trio_kqueue_event event;
//
//     rc = trio_kqueue_wait(pid, EVFILT_PROC, NOTE_EXIT, 0, &event);
//     if (rc == TRIO_OK && (event.fflags & NOTE_EXIT) != 0)
//         reap(pid);
struct trio_kqueue_event {
    uintptr_t ident;
    int filter;
    uint32_t fflags; // What has happened, by filter.
    int64_t data;    // How much of it, by filter.
};

TRIO_BEGIN_DECLS

// Waits for the next event of an identifier and a filter; one task may at a
// time. `fflags` and `data` are the filter's own, as kevent has them. The event
// is registered for this wait only, and taken off again if it is cancelled:
// what happens between two waits is told by the second one only if the filter
// remembers it. Descriptors that can be read from or written to are for
// trio_wait_readable and trio_wait_writable. From the run's thread.
//
//     // A timer of the kernel's, a second long.
//     rc = trio_kqueue_wait(1, EVFILT_TIMER, 0, 1000, &event);
//
// Checkpoint: always.
// Returns: TRIO_OK         `*ret_event` is what was told.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing was told.
//          TRIO_EBUSY      somebody waits for the same; or it is the loop's.
//          TRIO_EINVAL     EVFILT_READ or EVFILT_WRITE; or not a filter.
//          TRIO_ENOTSUP    the run is on another world than the system's.
//          TRIO_ENOENT     there is nothing of that identifier.
//          others          what the system says.
TRIO_CHECKPOINT trio_status
trio_kqueue_wait(uintptr_t ident, int filter, uint32_t fflags, int64_t data,
                 struct trio_kqueue_event *ret_event);

TRIO_END_DECLS

#endif // TRIO_KQUEUE_H
