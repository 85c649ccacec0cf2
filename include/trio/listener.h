// Listeners: whatever connections come from.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_LISTENER_H
#define TRIO_LISTENER_H

#include <trio/address.h>
#include <trio/base.h>
#include <trio/status.h>
#include <trio/stream.h>

// A `trio_listener` accepts streams. It is the first member of every kind of
// listener, and a table of functions: code that is given one works over all of
// them, without knowing what kind of stream each accepts.
//
//     struct trio_stream *stream; // It will lie in `storage`,
//     struct trio_address peer;   // of door->stream_size bytes.
//
//     rc = trio_listener_accept(door, storage, &stream, &peer);
//     if (rc != TRIO_OK)
//         return rc;
//     rc = trio_stream_send_all(stream, "hello", 5, NULL);
//     return trio_combine(rc, trio_stream_close(stream));
//
// Whoever made a listener closes it. Not thread-safe: use it from its loop's
// thread only.
struct trio_listener {
    const struct trio_listener_operations *operations;
    size_t stream_size; // Bytes of storage that an accepted stream takes.
};

// What a kind of listener can do. Each has the meaning, the checkpoint and the
// results of the function of the same name below.
struct trio_listener_operations {
    trio_status (*accept)(struct trio_listener *listener, void *storage,
                          struct trio_stream **ret_stream,
                          struct trio_address *ret_peer);
    struct trio_address (*address)(const struct trio_listener *listener);
    void (*close)(struct trio_listener *listener);
};

TRIO_BEGIN_DECLS

// Accepts one connection into `storage`, which has `stream_size` bytes, is
// aligned as by malloc, and must not move as long as the stream is used. One
// task at a time per listener.
//
// Checkpoint: always.
// Returns: TRIO_OK         the caller closes `*ret_stream`.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_ECLOSED    the listener was closed on this side.
//          TRIO_EBUSY      another task accepts.
//          TRIO_EMFILE     too many open handles; the connection waits.
//          TRIO_ENOMEM     out of memory; the connection waits, or was closed.
//          TRIO_ENOBUFS    out of memory for sockets; it waits.
//          other           what the kind of listener returns.
TRIO_CHECKPOINT trio_status trio_listener_accept(
    struct trio_listener *listener, void *storage,
    struct trio_stream **ret_stream, struct trio_address *ret_peer);

// Returns where it listens; all zeros if that has no address.
//
//     struct trio_address where = trio_listener_address(door);
//     char text[TRIO_ADDRESS_TEXT_MAX];
//
//     printf("at %s\n", trio_address_format(&where, text, sizeof(text)));
//
// Checkpoint: never.
struct trio_address trio_listener_address(const struct trio_listener *listener);

// Closes a listener. A task that accepts gets TRIO_ECLOSED. Again is fine, and
// so is a listener that is all zeros.
//
// Checkpoint: never.
void trio_listener_close(struct trio_listener *listener);

TRIO_END_DECLS

#endif // TRIO_LISTENER_H
