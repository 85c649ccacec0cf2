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
    bool datagram;        // Of ours: not a stream.
    bool local;           // Of ours: not of the network.
    bool plain;           // Of ours: read and written, whatever it is.
    bool file;            // Of those: it never makes anybody wait.
    bool restores;        // Of those: it is to block again at the end.
    bool shared;          // Of ours: its open file may outlive the descriptor.
    bool registered;      // With the kernel.
    bool cuts_short;      // More may follow a short read without a new event.
};

// The context of the three tables of the world, for one run.
struct epoll {
    int descriptor;
    int wake_descriptor;
    bool is_coarse; // The system knows no wait in nanoseconds.
    bool sleeping;  // Atomic. The loop is, or is about to be, in epoll.
    bool woken;     // Atomic. And must not stay there.
    int last_error;
    size_t waiters;
    size_t jobs;         // In flight,
    size_t jobs_awaited; // and those that a task waits for.
    struct slot *slots;  // By descriptor.
    size_t slot_count;
};

// ---- epoll.c ----
extern const struct trio_io trio_epoll_io_;

// Makes the waiter of one direction ready, if there is one.
void trio_epoll_finish_(struct epoll *epoll, struct slot *slot,
                        enum trio_direction direction, trio_status result);

// ---- epoll_wait_ns.c, epoll_wait_ms.c: one of them, as libc has it ----

struct epoll_event;

// Waits as epoll_wait does, but at most for `limit`, more than 0, to the
// nanosecond. Returns false, at once, if the system cannot; else `ret_count` is
// what epoll_wait would return.
bool trio_epoll_wait_finely_(const struct epoll *epoll,
                             struct epoll_event *events, int max,
                             trio_duration limit, int *ret_count);

// ---- epoll_slots.c ----

// Returns what is known about a handle, NULL if it never was known.
struct slot *trio_epoll_slot_(const struct epoll *epoll, trio_handle handle);

// The same; makes room for it first. NULL: no handle, or out of memory, as
// `ret_status` says.
struct slot *trio_epoll_make_slot_(struct epoll *epoll, trio_handle handle,
                                   trio_status *ret_status);

// Makes the handle a socket of ours, of which no more is known. Whoever waits
// for what had the number before is told that it was closed.
TRIO_MUST_USE trio_status trio_epoll_adopt_(struct epoll *epoll,
                                            trio_handle handle, bool datagram,
                                            bool local);

// Returns what is known about a socket of ours; NULL if the handle is none.
struct slot *trio_epoll_socket_(struct epoll *epoll, trio_handle handle);

// Tells who waits for a handle that it is closed.
void trio_epoll_dismiss_(struct epoll *epoll, struct slot *slot);

// Forgets all about a handle, after that.
void trio_epoll_forget_(struct epoll *epoll, struct slot *slot);

// ---- epoll_interest.c ----
TRIO_MUST_USE trio_status trio_epoll_arm_(void *context,
                                          struct trio_io_waiter *waiter);
void trio_epoll_disarm_(void *context, struct trio_io_waiter *waiter);
void trio_epoll_closing_(void *context, trio_handle handle);

// Says whether a handle is ours, or somebody waits for it.
bool trio_epoll_is_used_(struct epoll *epoll, trio_handle handle);

// Asks the kernel whether a descriptor can be waited for. TRIO_ENOTSUP: no, for
// it is always ready.
TRIO_MUST_USE trio_status trio_epoll_can_wait_(struct epoll *epoll,
                                               int descriptor);

// Takes a descriptor off the epoll, if it is registered.
void trio_epoll_unregister_(struct epoll *epoll, struct slot *slot);

// Tells the waiters of a slot about its events.
void trio_epoll_deliver_(struct epoll *epoll, int descriptor,
                         uint32_t generation, uint32_t events);

// ---- epoll_transfer.c ----

// Returns `status`, of a call that failed with this number of the system, 0 if
// it has none.
TRIO_MUST_USE trio_status trio_epoll_refuse_(struct epoll *epoll,
                                             trio_status status, int number);

// Returns the status of the call that has just failed, and keeps the number.
TRIO_MUST_USE trio_status trio_epoll_failed_(struct epoll *epoll);

// The same if the call has failed: if it returned `result`, less than 0.
TRIO_MUST_USE trio_status trio_epoll_result_(struct epoll *epoll, int result);

// As trio_epoll_failed_, of a call that could not go on in one direction.
TRIO_MUST_USE trio_status trio_epoll_transfer_failed_(
    struct epoll *epoll, struct slot *slot, enum trio_direction direction);

// `length` of `size` bytes were transferred in one direction.
void trio_epoll_transferred_(struct slot *slot, enum trio_direction direction,
                             size_t length, size_t size);

// A stream has nothing more: its end, or what broke it.
TRIO_MUST_USE trio_status trio_epoll_ended_(struct epoll *epoll,
                                            const struct slot *slot);

TRIO_MUST_USE trio_status trio_epoll_receive_(void *context, trio_handle handle,
                                              void *data, size_t size,
                                              size_t *ret_length);
TRIO_MUST_USE trio_status trio_epoll_send_(void *context, trio_handle handle,
                                           const void *data, size_t size,
                                           size_t *ret_length);
TRIO_MUST_USE trio_status trio_epoll_shutdown_send_(void *context,
                                                    trio_handle handle);

// ---- epoll_message.c ----
TRIO_MUST_USE trio_status trio_epoll_receive_message_(
    void *context, trio_handle handle, struct trio_message *message);
TRIO_MUST_USE trio_status trio_epoll_send_message_(
    void *context, trio_handle handle, const struct trio_message *message,
    size_t *ret_length);

// ---- epoll_option.c ----
TRIO_MUST_USE trio_status trio_epoll_set_option_(void *context,
                                                 trio_handle handle,
                                                 enum trio_socket_option option,
                                                 int value);
TRIO_MUST_USE trio_status trio_epoll_get_option_(void *context,
                                                 trio_handle handle,
                                                 enum trio_socket_option option,
                                                 int *ret_value);
TRIO_MUST_USE trio_status trio_epoll_set_member_(
    void *context, trio_handle handle, const struct trio_address *group,
    uint32_t interface_number, bool member);

// ---- epoll_path.c ----
TRIO_MUST_USE trio_status trio_epoll_path_id_(
    void *context, const struct trio_address *address, uint64_t *ret_id);
TRIO_MUST_USE trio_status
trio_epoll_remove_path_(void *context, const struct trio_address *address);

// ---- epoll_descriptor.c ----
TRIO_MUST_USE trio_status trio_epoll_open_pipe_(void *context,
                                                trio_handle ret_handles[2]);
TRIO_MUST_USE trio_status trio_epoll_adopt_descriptor_(
    void *context, trio_handle handle, struct trio_descriptor *ret_descriptor);

// ---- epoll_blocking.c ----

// Makes a descriptor that was adopted non-blocking.
void trio_epoll_unblock_(struct epoll *epoll, struct slot *slot);

// Has it block again, if it did; what shares its open file and is still in use
// takes over the duty to do that.
void trio_epoll_restore_(struct epoll *epoll, struct slot *slot);

// The same for all, at the end of the run.
void trio_epoll_restore_all_(struct epoll *epoll);

// ---- epoll_file.c ----
TRIO_MUST_USE trio_status trio_epoll_read_file_(void *context,
                                                trio_handle handle,
                                                int64_t offset, void *data,
                                                size_t size, size_t *ret_length,
                                                int *ret_error);
TRIO_MUST_USE trio_status trio_epoll_write_file_(
    void *context, trio_handle handle, int64_t offset, const void *data,
    size_t size, size_t *ret_length, int *ret_error);
TRIO_MUST_USE trio_status trio_epoll_send_file_(void *context,
                                                trio_handle handle,
                                                trio_handle file,
                                                uint64_t offset, uint64_t size,
                                                uint64_t *ret_length);

// ---- epoll_quiet.c ----

// As write(2) and sendfile(2), but SIGPIPE is never raised.
long trio_epoll_write_(int descriptor, const void *data, size_t size);
long trio_epoll_sendfile_(int descriptor, int file, int64_t offset,
                          size_t size);

// ---- epoll_net.c ----
extern const struct trio_net trio_epoll_net_;

// ---- epoll_jobs.c ----
extern const struct trio_jobs trio_epoll_jobs_;

// ---- epoll_world.c ----
struct trio_world trio_platform_world_(void);

#endif // TRIO_IO_EPOLL_H
