// Sockets for tests, and tasks that use them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_SOCKET_KIT_H
#define TESTS_SOCKET_KIT_H

#include <trio/trio.h>

// Opens a socket that is bound to `address`, as text.
struct trio_socket open_bound(const char *address, enum trio_socket_type type);

// Returns the address that a socket has.
struct trio_address address_of(const struct trio_socket *socket);

// One call of a task on a socket, and what came of it.
struct socket_transfer {
    struct trio_socket *socket;
    char *data;
    size_t size;
    size_t length;
    trio_status rc;
    bool done;
};

// Each does one call on its transfer, keeps what came of it, and returns
// TRIO_OK unless it was cancelled.
TRIO_CHECKPOINT trio_status socket_receive_once(void *arg);
TRIO_CHECKPOINT trio_status socket_send_once(void *arg);

// Sends until nothing more fits for now; returns how many times it did.
TRIO_PARKS size_t socket_fill(struct trio_socket *socket, size_t size);

// Says whether a handle is non-blocking and not inherited by children.
bool is_private(trio_handle handle);

#endif // TESTS_SOCKET_KIT_H
