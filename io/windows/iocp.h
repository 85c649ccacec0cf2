// The world of a run on a completion port: what its files share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_WINDOWS_IOCP_H
#define TRIO_IO_WINDOWS_IOCP_H

// These come before the header of Windows.
#include <winsock2.h>

#include <windows.h>

#include "io/loop.h"

struct poll; // One question to the system, in iocp_poll.c.

// What is known about one socket. Zero: nothing.
struct slot {
    struct trio_io_waiter *waiters[2]; // By direction.
    struct poll *polls[2];             // The question about it, or NULL.
    bool ours;                         // Made by the net table.
    bool datagram;                     // Of ours: not a stream.
    bool reuses_address;               // Of ours: as it was set.
};

// The context of the three tables of the world, for one run.
struct iocp {
    struct loop loop;
    HANDLE port;
    HANDLE afd;         // Answers which sockets are ready, through the port.
    HANDLE timer;       // Ends waits, finer than those of the port.
    size_t polls;       // Questions that the system has not answered yet.
    struct slot *slots; // By socket.
    size_t slot_count;
    char rest[64 * 1024]; // Of a datagram, what is too much for its receiver.
};

// ---- iocp_slots.c ----

// Returns what is known about a handle, NULL if it never was known.
struct slot *trio_iocp_slot_(const struct iocp *iocp, trio_handle handle);

// The same; makes room for it first. NULL: no handle, or out of memory, as
// `ret_status` says.
struct slot *trio_iocp_make_slot_(struct iocp *iocp, trio_handle handle,
                                  trio_status *ret_status);

// Makes the handle a socket of ours, of which no more is known. Whoever waits
// for what had the number before is told that it was closed.
TRIO_MUST_USE trio_status trio_iocp_adopt_(struct iocp *iocp,
                                           trio_handle handle, bool datagram);

// Returns what is known about a socket of ours; NULL if the handle is none.
struct slot *trio_iocp_socket_(struct iocp *iocp, trio_handle handle);

// Forgets all about a handle; who waits for it is told that it is closed.
void trio_iocp_forget_(struct iocp *iocp, struct slot *slot);

// ---- iocp_poll.c ----
// Says whether the peer has reset the connection, if the system knows.
bool trio_iocp_was_reset_(struct iocp *iocp, trio_handle handle);

// A question was answered.
void trio_iocp_answered_(struct iocp *iocp, OVERLAPPED *answer);

// Takes every question back, and waits until the system has done so.
void trio_iocp_withdraw_all_(struct iocp *iocp);

// ---- iocp_transfer.c ----

// Returns `status`, of a call that failed with this number of the system, 0 if
// it has none.
TRIO_MUST_USE trio_status trio_iocp_refuse_(struct iocp *iocp,
                                            trio_status status, int number);

// Returns the status of the call to a socket that has just failed, and keeps
// the number.
TRIO_MUST_USE trio_status trio_iocp_failed_(struct iocp *iocp);

// The same if the call has failed: if it returned `result`, less than 0.
TRIO_MUST_USE trio_status trio_iocp_result_(struct iocp *iocp, int result);

TRIO_MUST_USE trio_status trio_iocp_receive_(void *context, trio_handle handle,
                                             void *data, size_t size,
                                             size_t *ret_length);
TRIO_MUST_USE trio_status trio_iocp_send_(void *context, trio_handle handle,
                                          const void *data, size_t size,
                                          size_t *ret_length);
TRIO_MUST_USE trio_status trio_iocp_receive_message_(
    void *context, trio_handle handle, struct trio_message *message);
TRIO_MUST_USE trio_status
trio_iocp_send_message_(void *context, trio_handle handle,
                        const struct trio_message *message, size_t *ret_length);

// ---- iocp_option.c ----
bool trio_iocp_is_ipv6_(SOCKET socket);

// Says whether others may have the address of a socket, too, where the system
// lets them.
void trio_iocp_share_address_(SOCKET socket, bool share);

TRIO_MUST_USE trio_status trio_iocp_set_option_(void *context,
                                                trio_handle handle,
                                                enum trio_socket_option option,
                                                int value);
TRIO_MUST_USE trio_status trio_iocp_get_option_(void *context,
                                                trio_handle handle,
                                                enum trio_socket_option option,
                                                int *ret_value);
TRIO_MUST_USE trio_status trio_iocp_set_member_(
    void *context, trio_handle handle, const struct trio_address *group,
    uint32_t interface_number, bool member);

// ---- iocp_absent.c: what there is not ----
TRIO_MUST_USE trio_status trio_iocp_open_pipe_(void *context,
                                               trio_handle ret_handles[2]);
TRIO_MUST_USE trio_status trio_iocp_adopt_descriptor_(
    void *context, trio_handle handle, struct trio_descriptor *ret_descriptor);
TRIO_MUST_USE trio_status trio_iocp_read_file_(void *context,
                                               trio_handle handle,
                                               int64_t offset, void *data,
                                               size_t size, size_t *ret_length,
                                               int *ret_error);
TRIO_MUST_USE trio_status trio_iocp_write_file_(
    void *context, trio_handle handle, int64_t offset, const void *data,
    size_t size, size_t *ret_length, int *ret_error);
TRIO_MUST_USE trio_status trio_iocp_send_file_(void *context,
                                               trio_handle handle,
                                               trio_handle file,
                                               uint64_t offset, uint64_t size,
                                               uint64_t *ret_length);
TRIO_MUST_USE trio_status trio_iocp_pair_(void *context,
                                          enum trio_socket_type type,
                                          trio_handle ret_handles[2]);
TRIO_MUST_USE trio_status trio_iocp_path_id_(void *context,
                                             const struct trio_address *address,
                                             uint64_t *ret_id);
TRIO_MUST_USE trio_status
trio_iocp_remove_path_(void *context, const struct trio_address *address);

// ---- iocp_net.c ----
extern const struct trio_net trio_iocp_net_;

#endif // TRIO_IO_WINDOWS_IOCP_H
