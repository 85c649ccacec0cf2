// The world of a run on a completion port: what its files share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_WINDOWS_IOCP_H
#define TRIO_IO_WINDOWS_IOCP_H

// These come before the header of Windows.
#include <winsock2.h>

#include <windows.h>

#include "io/loop.h"

struct iocp;
struct keyboard;
struct operation;

// What operations of a kind are. Either function gets the operation.
struct operation_kind {
    // Asks the system. Returns ERROR_IO_PENDING: the answer comes through the
    // port; 0: it is done; or the error.
    int (*ask)(struct operation *operation);

    // It is done, or failed with an error of Windows. Frees the operation.
    void (*done)(struct iocp *iocp, struct operation *operation, int error);

    // Where `ask` starts a thread: what is called there, and may block. Returns
    // 0 or the error.
    int (*call)(struct operation *operation);
};

// Something that the system was asked to do; the first member of a block that
// is the system's until it is done, and of a task only by reference.
struct operation {
    OVERLAPPED answer; // First, for the port names it; and where the system
                       // writes the status.
    const struct operation_kind *kind;
    HANDLE file;            // To which it was put.
    struct operation *next; // In line behind it.
    bool in_line;           // The system had too much to do for it.
    bool dropped;           // In line: nobody wants it any more.
    HANDLE thread;          // That makes the call; or NULL.
    HANDLE port;            // Where it tells that
    bool returned;          // that it has returned: atomic;
    int error;              // and what came of the call.
};

// The beginning of a character in UTF-8. Zero: none.
struct half_character {
    unsigned char size;
    char bytes[3];
};

// What is known about one handle. Zero: nothing.
struct slot {
    struct trio_io_waiter *waiters[2]; // By direction.
    struct operation *polls[2];        // The question about it, or NULL.
    struct operation *writing;         // Into a pipe, on its way; or NULL.
    int write_error;                   // Of an earlier one, or 0.
    bool ours;                         // Made by the net table.
    bool datagram;                     // Of ours: not a stream.
    bool reuses_address;               // Of ours: as it was set.
    bool pipe;                         // Of ours: no socket.
    bool blocks;                       // Such a pipe, in which calls do.
    bool file;                         // Of ours: for threads only.
    bool shared;                       // No socket: opened by others.
    bool screen;                       // A pipe that blocks, for text.
    struct keyboard *keyboard;         // Such a pipe, of a console; or NULL.
    struct half_character half;        // Sent to the screen.
};

// The context of the three tables of the world, for one run.
struct iocp {
    struct loop loop;
    HANDLE port;
    HANDLE afd;        // Answers which sockets are ready, through the port.
    HANDLE timer;      // Ends waits, finer than those of the port.
    HANDLE event;      // For calls that are to be done when they return.
    size_t operations; // That are not done yet.
    struct operation *first_in_line;
    struct operation **end_of_line;
    struct slot *slots; // By handle.
    size_t slot_count;
    char rest[64 * 1024]; // Of a datagram, what is too much for its receiver.
};

// ---- iocp.c ----

// Posts a packet, whatever it takes. From any thread.
void trio_iocp_post_(HANDLE port, OVERLAPPED *answer);

// ---- iocp_slots.c ----

// Returns what is known about a handle, NULL if it never was known.
struct slot *trio_iocp_slot_(const struct iocp *iocp, trio_handle handle);

// Returns whose slot it is.
trio_handle trio_iocp_handle_(const struct iocp *iocp, const struct slot *slot);

// Returns what is known about a handle; makes room for it first. NULL: no
// handle, or out of memory, as `ret_status` says.
struct slot *trio_iocp_make_slot_(struct iocp *iocp, trio_handle handle,
                                  trio_status *ret_status);

// Makes the handle a socket of ours, of which no more is known. Whoever waits
// for what had the number before is told that it was closed.
TRIO_MUST_USE trio_status trio_iocp_adopt_(struct iocp *iocp,
                                           trio_handle handle, bool datagram);

// Returns what is known about a socket of ours; NULL if the handle is none.
struct slot *trio_iocp_socket_(struct iocp *iocp, trio_handle handle);

// Says whether a handle is ours, or somebody waits for it.
bool trio_iocp_is_used_(const struct iocp *iocp, trio_handle handle);

// Forgets all about a handle; who waits for it is told that it is closed.
void trio_iocp_forget_(struct iocp *iocp, struct slot *slot);

// ---- iocp_operation.c ----

// Begins an operation, as its `ask` does. What the system is too busy for waits
// in line, and counts as pending.
TRIO_MUST_USE int trio_iocp_begin_(struct iocp *iocp,
                                   struct operation *operation);

// Takes a pending operation back; that it is done will still be told.
void trio_iocp_take_back_(struct operation *operation);

// The port has brought an answer.
void trio_iocp_answered_(struct iocp *iocp, OVERLAPPED *answer);

// Asks again for those in line.
void trio_iocp_try_line_(struct iocp *iocp);

// ---- iocp_thread.c ----

// An `ask`: has a thread of its own make the call.
TRIO_MUST_USE int trio_iocp_ask_thread_(struct operation *operation);

// Ends the call. Comes back when the thread has returned from it.
void trio_iocp_interrupt_thread_(struct operation *operation);

// ---- iocp_interest.c ----

// Wakes who waits for a direction, if anybody does.
void trio_iocp_tell_(struct iocp *iocp, struct slot *slot,
                     enum trio_direction direction, trio_status result);

// Nobody waits for a handle any more, and nobody is told so.
void trio_iocp_abandon_(struct iocp *iocp, struct slot *slot);

// ---- iocp_poll.c ----

// Asks the system when a waiter's handle is ready. TRIO_EEXIST: it is; anything
// else but TRIO_OK: it cannot be asked. `ret_poll` is NULL where no question is
// needed.
TRIO_MUST_USE trio_status trio_iocp_ask_(struct iocp *iocp,
                                         const struct slot *slot,
                                         const struct trio_io_waiter *waiter,
                                         struct operation **ret_poll);

// Says whether the peer has reset the connection, if the system knows.
bool trio_iocp_was_reset_(struct iocp *iocp, trio_handle handle);

// ---- iocp_pipe.c ----

// Has the answers to what is asked of a pipe come through the port, unless it
// is done at once. Returns false if that cannot be.
bool trio_iocp_join_port_(struct iocp *iocp, HANDLE pipe);

TRIO_MUST_USE trio_status trio_iocp_open_pipe_(void *context,
                                               trio_handle ret_handles[2]);
TRIO_MUST_USE trio_status trio_iocp_read_pipe_(struct iocp *iocp,
                                               trio_handle handle, void *data,
                                               size_t size, size_t *ret_length);
TRIO_MUST_USE trio_status trio_iocp_write_pipe_(struct iocp *iocp,
                                                trio_handle handle,
                                                const void *data, size_t size,
                                                size_t *ret_length);

// Closes a pipe, at once or when what was sent is on its way; `reset` throws
// that away.
void trio_iocp_close_pipe_(struct iocp *iocp, trio_handle handle, bool reset);

// Gives it up; what was sent is still on its way.
void trio_iocp_release_pipe_(struct iocp *iocp, trio_handle handle);

// Takes every operation back but those writes that only have to be waited for,
// and waits until the system has done all of them.
void trio_iocp_finish_all_(struct iocp *iocp);

// ---- iocp_keyboard.c ----

// Returns the keyboard of a console, to which the handle belongs. NULL: it
// cannot be, GetLastError tells why.
struct keyboard *trio_iocp_open_keyboard_(trio_handle handle);

// Makes it nobody's. What was typed and not received can be read by others.
void trio_iocp_close_keyboard_(struct keyboard *keyboard);

// As trio_iocp_ask_, for who waits until something is typed. There is no
// question that could be taken back.
TRIO_MUST_USE trio_status trio_iocp_ask_keyboard_(struct iocp *iocp,
                                                  struct keyboard *keyboard);

TRIO_MUST_USE trio_status trio_iocp_read_keyboard_(struct iocp *iocp,
                                                   struct keyboard *keyboard,
                                                   void *data, size_t size,
                                                   size_t *ret_length);

// ---- iocp_screen.c ----
TRIO_MUST_USE trio_status trio_iocp_write_screen_(struct iocp *iocp,
                                                  trio_handle handle,
                                                  const void *data, size_t size,
                                                  size_t *ret_length);

// Writes whole characters; blocks. Returns 0 or the error.
int trio_iocp_show_(HANDLE screen, const char *text, size_t size);

// ---- iocp_transfer.c ----

// Returns `status`, of a call that failed with this number of the system, 0 if
// it has none.
TRIO_MUST_USE trio_status trio_iocp_refuse_(struct iocp *iocp,
                                            trio_status status, int number);

// The same, with the status that the number has.
TRIO_MUST_USE trio_status trio_iocp_error_(struct iocp *iocp, int number);

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

// ---- iocp_descriptor.c ----
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

// ---- iocp_absent.c: what there is not ----
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
TRIO_MUST_USE trio_status trio_iocp_adopt_socket_(
    void *context, trio_handle handle, enum trio_address_family *ret_family,
    enum trio_socket_type *ret_type);
extern const struct trio_net trio_iocp_net_;

#endif // TRIO_IO_WINDOWS_IOCP_H
