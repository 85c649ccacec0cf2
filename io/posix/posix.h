// What the worlds on POSIX share: descriptors, and the calls on them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_POSIX_POSIX_H
#define TRIO_IO_POSIX_POSIX_H

#include <errno.h>
#include <stdint.h>

#include "io/loop.h"

#define SLOT_SIZE 32

// For what is rare, beside what happens with every call and has nothing to keep
// on the stack for it.
#define NOINLINE __attribute__((noinline))

// What is known about one direction of a socket of ours.
enum readiness {
    READINESS_UNKNOWN, // Trying tells.
    READINESS_TOLD,    // The same, and somebody who waits was told to try.
    READINESS_NONE     // Trying is in vain; the kernel will say when it is not.
};

// What is known about one descriptor. Zero: nothing. A call, its wait and its
// event all come here, so it does not reach into a second line of the cache.
struct slot {
    struct trio_io_waiter *waiters[2]; // By direction.
    uint32_t generation;  // Of the registration: tells its events from older.
    int failure;          // errno with which the connection broke, or 0.
    uint8_t readiness[2]; // enum readiness by direction; of ours only.
    uint8_t registered;   // With the kernel: a set of directions.
    bool ours : 1;        // Made by the net table.
    bool datagram : 1;    // Of ours: not a stream.
    bool local : 1;       // Of ours: not of the network.
    bool plain : 1;       // Of ours: read and written, whatever it is.
    bool file : 1;        // Of those: it never makes anybody wait.
    bool restores : 1;    // Of those: it is to block again at the end.
    bool shared : 1;      // Of ours: its open file may outlive the descriptor.
    bool cuts_short : 1;  // More may follow a short read without a new event.
} __attribute__((aligned(SLOT_SIZE)));

_Static_assert(sizeof(struct slot) == SLOT_SIZE, "in one line of the cache");

// What a world on POSIX keeps for one run, whatever its kernel tells of
// readiness by: a member, and the first, of the context of the three tables.
struct posix {
    struct loop loop;
    struct slot *slots; // By descriptor.
    size_t slot_count;
};

// ---- slots.c ----

// Returns what is known about a handle, NULL if it never was known.
static inline struct slot *trio_posix_slot_(const struct posix *posix,
                                            trio_handle handle)
{
    // A negative one is larger than all of them.
    if ((uint64_t)handle >= posix->slot_count)
        return NULL;
    return &posix->slots[handle];
}

// The same; makes room for it first. NULL: no handle, or out of memory, as
// `ret_status` says.
struct slot *trio_posix_make_slot_(struct posix *posix, trio_handle handle,
                                   trio_status *ret_status);

// Makes the handle a socket of ours, of which no more is known. Whoever waits
// for what had the number before is told that it was closed.
TRIO_MUST_USE trio_status trio_posix_adopt_(struct posix *posix,
                                            trio_handle handle, bool datagram,
                                            bool local);

// Returns what is known about a socket of ours; NULL if the handle is none.
static inline struct slot *trio_posix_socket_(struct posix *posix,
                                              trio_handle handle)
{
    struct slot *slot = trio_posix_slot_(posix, handle);

    if (slot != NULL && slot->ours)
        return slot;
    posix->loop.last_error = EBADF;
    return NULL;
}

// Tells who waits for a handle that it is closed.
void trio_posix_dismiss_(struct posix *posix, struct slot *slot);

// Forgets all about a handle, after that.
void trio_posix_forget_(struct posix *posix, struct slot *slot);

// Makes the waiter of one direction ready, if there is one.
static inline void trio_posix_finish_(struct posix *posix, struct slot *slot,
                                      enum trio_direction direction,
                                      trio_status result)
{
    struct trio_io_waiter *waiter = slot->waiters[direction];

    if (waiter == NULL)
        return;
    slot->waiters[direction] = NULL;
    TRIO_ASSERT(posix->loop.waiters > 0);
    posix->loop.waiters--;
    trio_io_ready(waiter, result);
}

// ---- transfer.c ----

// Returns `status`, of a call that failed with this number of the system, 0 if
// it has none.
TRIO_MUST_USE trio_status trio_posix_refuse_(struct posix *posix,
                                             trio_status status, int number);

// Returns the status of the call that has just failed, and keeps the number.
TRIO_MUST_USE trio_status trio_posix_failed_(struct posix *posix);

// The same if the call has failed: if it returned `result`, less than 0.
TRIO_MUST_USE trio_status trio_posix_result_(struct posix *posix, int result);

// As trio_posix_failed_, of a call that could not go on in one direction.
TRIO_MUST_USE trio_status trio_posix_transfer_failed_(
    struct posix *posix, struct slot *slot, enum trio_direction direction);

// The same of one that sends to a peer.
TRIO_MUST_USE trio_status trio_posix_send_failed_(struct posix *posix,
                                                  struct slot *slot);

// `length` of `size` bytes were transferred in one direction.
static inline void trio_posix_transferred_(struct slot *slot,
                                           enum trio_direction direction,
                                           size_t length, size_t size)
{
    bool proves = !slot->cuts_short && !slot->datagram &&
                  !(slot->local && direction == TRIO_READABLE);
    slot->readiness[direction] =
        proves && length < size ? READINESS_NONE : READINESS_UNKNOWN;
}

// A stream has nothing more: its end, or what broke it.
TRIO_MUST_USE trio_status trio_posix_ended_(struct posix *posix,
                                            const struct slot *slot);

TRIO_MUST_USE trio_status trio_posix_receive_(void *context, trio_handle handle,
                                              void *data, size_t size,
                                              size_t *ret_length);
TRIO_MUST_USE trio_status trio_posix_send_(void *context, trio_handle handle,
                                           const void *data, size_t size,
                                           size_t *ret_length);
TRIO_MUST_USE trio_status trio_posix_shutdown_send_(void *context,
                                                    trio_handle handle);

// ---- message.c ----
TRIO_MUST_USE trio_status trio_posix_receive_message_(
    void *context, trio_handle handle, struct trio_message *message);
TRIO_MUST_USE trio_status trio_posix_send_message_(
    void *context, trio_handle handle, const struct trio_message *message,
    size_t *ret_length);

// ---- option.c ----
TRIO_MUST_USE trio_status trio_posix_set_option_(void *context,
                                                 trio_handle handle,
                                                 enum trio_socket_option option,
                                                 int value);
TRIO_MUST_USE trio_status trio_posix_get_option_(void *context,
                                                 trio_handle handle,
                                                 enum trio_socket_option option,
                                                 int *ret_value);
TRIO_MUST_USE trio_status trio_posix_set_member_(
    void *context, trio_handle handle, const struct trio_address *group,
    uint32_t interface_number, bool member);

// ---- path.c ----
TRIO_MUST_USE trio_status trio_posix_path_id_(
    void *context, const struct trio_address *address, uint64_t *ret_id);
TRIO_MUST_USE trio_status
trio_posix_remove_path_(void *context, const struct trio_address *address);

// ---- descriptor.c ----
TRIO_MUST_USE trio_status trio_posix_open_pipe_(void *context,
                                                trio_handle ret_handles[2]);
TRIO_MUST_USE trio_status trio_posix_adopt_descriptor_(
    void *context, trio_handle handle, struct trio_descriptor *ret_descriptor);

// ---- blocking.c ----

// Makes a descriptor that was adopted non-blocking.
void trio_posix_unblock_(struct posix *posix, struct slot *slot);

// Has it block again, if it did; what shares its open file and is still in use
// takes over the duty to do that.
void trio_posix_restore_(struct posix *posix, struct slot *slot);

// The same for all, at the end of the run.
void trio_posix_restore_all_(struct posix *posix);

// ---- file_transfer.c ----
TRIO_MUST_USE trio_status trio_posix_read_file_(void *context,
                                                trio_handle handle,
                                                int64_t offset, void *data,
                                                size_t size, size_t *ret_length,
                                                int *ret_error);
TRIO_MUST_USE trio_status trio_posix_write_file_(
    void *context, trio_handle handle, int64_t offset, const void *data,
    size_t size, size_t *ret_length, int *ret_error);
TRIO_MUST_USE trio_status trio_posix_send_file_(void *context,
                                                trio_handle handle,
                                                trio_handle file,
                                                uint64_t offset, uint64_t size,
                                                uint64_t *ret_length);

// ---- quiet.c ----

// As write(2) and sendfile(2), but SIGPIPE is never raised.
long trio_posix_write_(int descriptor, const void *data, size_t size);
long trio_posix_sendfile_(int descriptor, int file, int64_t offset,
                          size_t size);

// ---- connection.c ----
TRIO_MUST_USE trio_status trio_posix_bind_(void *context, trio_handle handle,
                                           const struct trio_address *address);
TRIO_MUST_USE trio_status trio_posix_listen_(void *context, trio_handle handle,
                                             int backlog);
TRIO_MUST_USE trio_status trio_posix_accept_(void *context, trio_handle handle,
                                             trio_handle *ret_handle,
                                             struct trio_address *ret_peer);
TRIO_MUST_USE trio_status trio_posix_connect_(
    void *context, trio_handle handle, const struct trio_address *address);
TRIO_MUST_USE trio_status trio_posix_connect_result_(void *context,
                                                     trio_handle handle);

// ---- net.c ----

// Makes a descriptor a socket of ours, or closes it.
TRIO_MUST_USE trio_status trio_posix_own_(struct posix *posix, int descriptor,
                                          bool datagram, bool local,
                                          trio_handle *ret_handle);

extern const struct trio_net trio_posix_net_;

#endif // TRIO_IO_POSIX_POSIX_H
