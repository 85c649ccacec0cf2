// Connections over the loopback, and tasks that use them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_SOCKETS_H
#define TESTS_SOCKETS_H

#include <trio/trio.h>

// Both ends of one connection.
struct pair {
    struct trio_tcp_stream near;
    struct trio_tcp_stream far;
};

// Listens on a free port of 127.0.0.1.
struct trio_tcp_listener open_listener(void);

// Connects two streams with each other.
TRIO_PARKS void open_pair(struct pair *pair);

// Closes both ends, whatever state they are in.
void close_pair(struct pair *pair);

// One call of a task, and what came of it.
struct transfer {
    struct trio_stream *stream;
    char *data;
    size_t size;
    size_t length;
    trio_status rc;
    bool done;
};

// Each does one call on its transfer, keeps what came of it, and returns
// TRIO_OK unless it was cancelled.
TRIO_CHECKPOINT trio_status receive_once(void *arg);
TRIO_CHECKPOINT trio_status send_once(void *arg);
TRIO_CHECKPOINT trio_status wait_writable_once(void *arg);

// Sends until nothing more fits for now. Returns how many bytes that were.
TRIO_PARKS size_t fill(struct trio_stream *stream);

// Receives until `size` bytes have come, or something else.
TRIO_CHECKPOINT trio_status receive_all(struct trio_stream *stream,
                                        size_t size);

// Lets every task that can run do so, and everything on the loopback arrive.
TRIO_PARKS void settle(void);

// Returns how many descriptors this process has open.
size_t count_descriptors(void);

// Returns how many descriptors are registered with an epoll of this process.
size_t count_registrations(void);

#endif // TESTS_SOCKETS_H
