// What the calls on a socket have in common: one task in each direction, and
// nothing done to a handle that was closed meanwhile.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_NET_SOCKET_CALL_H
#define TRIO_IO_NET_SOCKET_CALL_H

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/io.h>
#include <trio/socket.h>
#include <trio/task.h>

#include "io/net/finish.h"

// One call to the seam, made again and again until it need not wait.
struct trio_socket_call_ {
    struct trio_socket *socket;
    enum trio_direction direction;
    trio_status (*make)(const struct trio_world *world, trio_handle handle,
                        void *arg);
    void *arg;
    const char *what;                // "send to", for the record of a failure,
    const struct trio_address *peer; // and whom. NULL, or of no family: who it
                                     // is connected to.
};

// What a call on a closed socket comes to, or one in a direction that another
// task is in.
__attribute__((cold)) TRIO_CHECKPOINT trio_status
trio_socket_refused_(const struct trio_socket *socket);

// Records a failure of the last call to the world, unless its status says all
// by itself: then there is no record of it. Returns `rc`.
__attribute__((cold)) TRIO_MUST_USE trio_status
trio_socket_record_(const struct trio_socket *socket, trio_status rc,
                    const char *what, const struct trio_address *peer);

// Returns whom a socket is connected to, or else where it is.
const char *trio_socket_name_(const struct trio_socket *socket, char *buffer,
                              size_t size);

// Records a failure with the system's number for it, 0: it was not asked.
TRIO_MUST_USE trio_status trio_socket_explain_(const struct trio_socket *socket,
                                               trio_status rc, int os_error,
                                               const char *what,
                                               const struct trio_address *peer);

// What a call with an address of another family comes to.
TRIO_MUST_USE trio_status
trio_socket_misfit_(const char *what, const struct trio_address *address);

// The same as trio_socket_record_, if `rc` is a failure.
TRIO_MUST_USE static inline trio_status
trio_socket_failed_(const struct trio_socket *socket, trio_status rc,
                    const char *what, const struct trio_address *peer)
{
    return rc == TRIO_OK ? rc : trio_socket_record_(socket, rc, what, peer);
}

// Makes a call, from its begin to its end.
TRIO_CHECKPOINT trio_status
trio_socket_perform_(const struct trio_socket_call_ *call);

// Receives, as a call that is one function, which saves 18 instructions: there
// are more of these than of all the others. `peer` is as in a call.
TRIO_CHECKPOINT trio_status
trio_socket_receive_(struct trio_socket *socket, void *buffer, size_t size,
                     size_t *ret_length, const struct trio_address *peer);

// ---- What a call is made of ----

// Begins a call: checks for cancellation, that the socket is open, and that
// nobody else is in a call in this direction. What it returns other than
// TRIO_OK is the call's result; it has been a checkpoint.
TRIO_CHECKPOINT static inline trio_status
trio_socket_begin_(const struct trio_socket *socket,
                   enum trio_direction direction,
                   const struct trio_world **ret_world)
{
    *ret_world =
        trio_io_begin(socket, direction == TRIO_READABLE ? TRIO_ACCESS_READ
                                                         : TRIO_ACCESS_WRITE);
    if (*ret_world == NULL)
        return TRIO_ECANCELED;
    if (!socket->open || socket->busy[direction])
        return trio_socket_refused_(socket);
    return TRIO_OK;
}

// Waits for the socket; TRIO_ECLOSED if it was closed before this task ran
// again, though it was woken for something else.
TRIO_CHECKPOINT static inline trio_status
trio_socket_await_(const struct trio_socket *socket,
                   enum trio_direction direction)
{
    struct trio_io_waiter waiter = {.handle = socket->handle,
                                    .direction = direction};
    trio_status rc = trio_io_wait(&waiter);

    if (rc == TRIO_OK && !socket->open)
        return trio_fail_bare(TRIO_ECLOSED);
    return rc;
}

#endif // TRIO_IO_NET_SOCKET_CALL_H
