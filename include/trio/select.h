// Waiting for the first of several things.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SELECT_H
#define TRIO_SELECT_H

#include <trio/backend.h>
#include <trio/base.h>
#include <trio/channel.h>
#include <trio/event.h>
#include <trio/status.h>
#include <trio/time.h>

enum trio_case_kind {
    TRIO_CASE_SEND,
    TRIO_CASE_RECEIVE,
    TRIO_CASE_EVENT,
    TRIO_CASE_READABLE,
    TRIO_CASE_WRITABLE,
    TRIO_CASE_AT
};

// A `trio_case` is one thing that a select can wait for, made by one of the
// functions below. What it names must outlive the select.
struct trio_case {
    enum trio_case_kind kind; // Private.
    bool armed;               // Private. `io` is the world's now.
    void *object;             // Private. Sender, receiver or event.
    union {
        struct trio_waiter offer; // Private. In one of the object's lots.
        struct trio_io_waiter io; // Private. For a handle.
        trio_time time;           // Private.
    };
};

// A `trio_select` remembers whose turn it is among the cases of one select, so
// that one that is always ready does not starve the others. Zero is valid.
//
//     static struct trio_select choice = TRIO_SELECT_INIT;
//     struct trio_case cases[] = {
//         trio_case_receive(&receiver, &number),
//         trio_case_event(&stop),
//         trio_case_at(trio_time_add(trio_now(), TRIO_SECOND)),
//     };
//     size_t index;
//
//     trio_status rc = trio_select(&choice, cases, 3, &index);
//     if (rc == TRIO_OK && index == 0)
//         use(number); // index 1: told to stop; 2: a second has passed
//
// The caller owns the storage. Not thread-safe: use it from its loop's thread
// only.
struct trio_select {
    size_t turn; // Private. Calls so far.
};

#define TRIO_SELECT_INIT                                                       \
    {                                                                          \
        0                                                                      \
    }

TRIO_BEGIN_DECLS

// Waits until one of `count` cases can be done, and does it, and no other. They
// are tried in order, beginning with another one at each call. A task in a
// select meets others in a rendezvous only while it waits. `cases` are used up:
// make them again for the next call. Handles are asked for only while nothing
// else is ready, or when it is their turn.
//
// `*ret_index` is the case that was done or that failed: it is set also when
// the status is a case's failure. With no case at all it waits for a
// cancellation.
//
// Checkpoint: always, also if a case is ready.
// Returns: TRIO_OK         case `*ret_index` was done.
//          TRIO_ECANCELED  an enclosing scope is cancelled; none was done, and
//                          `ret_index` is not set.
//          other           what the operation of case `*ret_index` alone would
//                          have returned: TRIO_EEND, TRIO_EBROKEN,
//                          TRIO_ECLOSED, TRIO_EBUSY, ...
TRIO_CHECKPOINT trio_status trio_select(struct trio_select *select,
                                        struct trio_case *cases, size_t count,
                                        size_t *ret_index);

// Makes a case that sends a copy of `*item`, taken when it is done.
//
//     struct trio_case cases[] = {
//         trio_case_send(&sender, &number),
//         trio_case_readable(descriptor),
//         trio_case_writable(descriptor),
//     };
//     size_t index;
//
//     rc = trio_select(&choice, cases, 3, &index);
//
// Checkpoint: never.
struct trio_case trio_case_send(struct trio_sender *sender, const void *item);

// Makes a case that receives into `*ret_item`, which is set if it is done.
//
// Checkpoint: never.
struct trio_case trio_case_receive(struct trio_receiver *receiver,
                                   void *ret_item);

// Makes a case that is ready when the event is set.
//
// Checkpoint: never.
struct trio_case trio_case_event(struct trio_event *event);

// Makes a case that is ready when `handle` can be read; see trio_wait_readable.
//
// Checkpoint: never.
struct trio_case trio_case_readable(trio_handle handle);

// Makes a case that is ready when `handle` can be written to.
//
// Checkpoint: never.
struct trio_case trio_case_writable(trio_handle handle);

// Makes a case that is ready at `time` on the run's clock.
//
// Checkpoint: never.
struct trio_case trio_case_at(trio_time time);

TRIO_END_DECLS

#endif // TRIO_SELECT_H
