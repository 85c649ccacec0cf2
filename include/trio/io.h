// Waiting for handles: the way to use foreign code that does its own I/O.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_H
#define TRIO_IO_H

#include <trio/backend.h>
#include <trio/base.h>
#include <trio/status.h>
#include <trio/task.h>

TRIO_BEGIN_DECLS

// Waits until reading from `handle`, a descriptor or socket of the caller's,
// would not wait. Level semantics: who reads only a part may wait again and
// returns at once. One task at a time may wait for each direction. Nothing
// stays registered afterwards. Call trio_notify_closing before closing a handle
// that somebody may be waiting for.
//
//     trio_status rc = trio_wait_readable(descriptor);
//     if (rc == TRIO_OK)
//         length = read(descriptor, buffer, sizeof(buffer));
//
// Checkpoint: always.
// Returns: TRIO_OK          it is readable, at its end, or broken: try.
//          TRIO_ECANCELED   an enclosing scope is cancelled.
//          TRIO_EBUSY       another task waits for the same; undisturbed.
//          TRIO_ECLOSED     trio_notify_closing was called.
//          TRIO_EBADHANDLE  it is not an open handle.
//          TRIO_ENOTSUP     it cannot be waited for, as a regular file.
//          TRIO_ENOMEM      the system is out of memory for this.
TRIO_CHECKPOINT trio_status trio_wait_readable(trio_handle handle);

// Waits until writing to `handle` would not wait; else as trio_wait_readable.
//
//     trio_status rc = trio_wait_writable(descriptor);
//     if (rc == TRIO_OK)
//         length = write(descriptor, buffer, sizeof(buffer));
//
// Checkpoint: always.
// Returns: as trio_wait_readable.
TRIO_CHECKPOINT trio_status trio_wait_writable(trio_handle handle);

// Says that `handle` is about to be closed: the tasks that wait for it get
// TRIO_ECLOSED.
//
//     trio_notify_closing(descriptor);
//     close(descriptor);
//
// Checkpoint: never.
void trio_notify_closing(trio_handle handle);

// ---- Operations on what a world's tables are for ----
//
// An operation begins, and calls the tables of the world that it gets. Where a
// call would wait, it waits and makes the call again; if it never had to, its
// end lets others have their turn.
//
//     static TRIO_CHECKPOINT trio_status receive(trio_handle pipe, char *c)
//     {
//         struct trio_io_waiter waiter = {.handle = pipe,
//                                         .direction = TRIO_READABLE};
//         const struct trio_world *world = trio_io_begin(c, TRIO_ACCESS_WRITE);
//         bool waited = false;
//         trio_status rc;
//         size_t length;
//
//         if (world == NULL)
//             return TRIO_ECANCELED;
//         while ((rc = world->net->receive(world->context, pipe, c, 1,
//                                          &length)) == TRIO_EWOULDBLOCK) {
//             waited = true;
//             rc = trio_io_wait(&waiter);
//             if (rc != TRIO_OK)
//                 return rc;
//         }
//         return waited ? rc : trio_io_end(rc);
//     }

// Begins an operation on `object`: trio_checkpoint_if_cancelled, trio_touch and
// trio_run_world in one.
//
// Checkpoint: when cancelled.
// Returns: the world, or NULL: an enclosing scope is cancelled.
TRIO_CHECKPOINT const struct trio_world *trio_io_begin(const void *object,
                                                       enum trio_access access);

// Waits until a handle is ready, as trio_wait_readable and trio_wait_writable
// do. The caller fills in `handle` and `direction`, and keeps the waiter in
// place meanwhile.
//
// Checkpoint: always.
// Returns: as trio_wait_readable.
TRIO_CHECKPOINT trio_status trio_io_wait(struct trio_io_waiter *waiter);

// Ends an operation that has not waited: trio_cancel_shielded_checkpoint.
//
// Checkpoint: parks only.
// Returns: `rc`.
TRIO_PARKS TRIO_MUST_USE trio_status trio_io_end(trio_status rc);

TRIO_END_DECLS

#endif // TRIO_IO_H
