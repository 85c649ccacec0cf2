// The world of a run on epoll: what its files share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_EPOLL_H
#define TRIO_IO_EPOLL_H

#include <trio/backend.h>

// What is known about one direction of a socket of ours.
enum readiness {
    READINESS_UNKNOWN, // Trying tells.
    READINESS_TOLD,    // The same, and somebody who waits was told to try.
    READINESS_NONE     // Trying is in vain; the kernel will say when it is not.
};

// What is known about one descriptor. Zero: nothing.
struct slot {
    struct trio_io_waiter *waiters[2]; // By direction.
    uint32_t generation;  // Of the registration: tells its events from older.
    int failure;          // errno with which the connection broke, or 0.
    uint8_t readiness[2]; // enum readiness by direction; of ours only.
    bool ours;            // Made by the net table.
    bool registered;      // With the kernel.
    bool hung_up;         // The end may follow the data without a new event.
};

// The context of the three tables of the world, for one run.
struct epoll {
    int descriptor;
    int wake_descriptor;
    bool lacks_pwait2; // The kernel knows no nanoseconds.
    bool sleeping;     // Atomic. The loop is, or is about to be, in epoll.
    bool woken;        // Atomic. And must not stay there.
    int last_error;
    size_t waiters;
    struct slot *slots; // By descriptor.
    size_t slot_count;
};

// ---- epoll.c ----
extern const struct trio_io trio_epoll_io_;

// Makes the waiter of one direction ready, if there is one.
void trio_epoll_finish_(struct epoll *epoll, struct slot *slot,
                        enum trio_direction direction, trio_status result);

// ---- epoll_slots.c ----

// Returns what is known about a handle, NULL if it never was known.
struct slot *trio_epoll_slot_(const struct epoll *epoll, trio_handle handle);

// The same; makes room for it first. NULL: no handle, or out of memory, as
// `ret_status` says.
struct slot *trio_epoll_make_slot_(struct epoll *epoll, trio_handle handle,
                                   trio_status *ret_status);

// Makes the handle a socket of ours, of which nothing is known. Whoever waits
// for what had the number before is told that it was closed.
TRIO_MUST_USE trio_status trio_epoll_adopt_(struct epoll *epoll,
                                            trio_handle handle);

// Forgets all about a handle, after telling who waits for it.
void trio_epoll_forget_(struct epoll *epoll, struct slot *slot);

// ---- epoll_interest.c ----
TRIO_MUST_USE trio_status trio_epoll_arm_(void *context,
                                          struct trio_io_waiter *waiter);
void trio_epoll_disarm_(void *context, struct trio_io_waiter *waiter);
void trio_epoll_closing_(void *context, trio_handle handle);

// Tells the waiters of a slot about its events.
void trio_epoll_deliver_(struct epoll *epoll, int descriptor,
                         uint32_t generation, uint32_t events);

// ---- epoll_net.c ----
extern const struct trio_net trio_epoll_net_;

// ---- epoll_world.c ----
struct trio_world trio_platform_world_(void);

#endif // TRIO_IO_EPOLL_H
