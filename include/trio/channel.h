// Memory channels: items handed from task to task.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CHANNEL_H
#define TRIO_CHANNEL_H

#include <trio/base.h>
#include <trio/parking_lot.h>
#include <trio/status.h>

// As a capacity: as many items as there is memory for.
#define TRIO_CHANNEL_UNBOUNDED SIZE_MAX

// A `trio_channel` carries items of one size from the tasks that send to the
// tasks that receive. Items are copied in and out; each sent one is received
// once, in the order of sending, and whoever has waited longest goes first.
//
//     static int buffer[16];
//     struct trio_channel channel;
//     struct trio_sender sender;
//     struct trio_receiver receiver;
//     int number = 42;
//
//     trio_channel_open(&channel, sizeof(int), buffer, 16, &sender, &receiver);
//     trio_status rc = trio_channel_send(&sender, &number); // in one task
//     if (rc == TRIO_OK)
//         rc = trio_channel_receive(&receiver, &number); // in another
//     trio_sender_close(&sender); // the receiver will get TRIO_EEND
//     trio_receiver_close(&receiver);
//
// Each end is used through handles, which are cloned and closed, so that a
// channel ends when its last user at one end is gone. A handle may be shared by
// tasks; closing it wakes those that wait through it.
//
// The caller owns the storage of the channel, its buffer and its handles. The
// channel must outlive its handles, and its handles the tasks that wait through
// them. A channel whose receivers are all closed needs no further teardown. Not
// thread-safe: use it from its loop's thread only.
struct trio_channel {
    unsigned char *slots;              // Private. A ring of items.
    size_t item_size;                  // Private.
    size_t capacity;                   // Private. The most that is buffered.
    size_t slot_count;                 // Private. In the ring.
    size_t first;                      // Private. Slot of the oldest item.
    size_t buffered;                   // Private. Items in the ring.
    size_t peak;                       // Private. The most of them so far.
    uint64_t sent;                     // Private. Items taken in so far.
    size_t senders;                    // Private. Open handles.
    size_t receivers;                  // Private. Open handles.
    struct trio_parking_lot sending;   // Private. Wait for room.
    struct trio_parking_lot receiving; // Private. Wait for an item.
    void (*discard)(void *item);       // Private. Or NULL.
};

// A `trio_sender` is one right to send into a channel. It may be moved to other
// storage while no task waits through it, but not used twice: clone it.
struct trio_sender {
    struct trio_channel *channel; // Private. NULL: closed.
};

// A `trio_receiver` is one right to receive from a channel; else as
// trio_sender.
struct trio_receiver {
    struct trio_channel *channel; // Private. NULL: closed.
};

struct trio_channel_statistics {
    size_t buffered;  // Items in the buffer.
    size_t capacity;  // The most there can be, or TRIO_CHANNEL_UNBOUNDED.
    size_t peak;      // The most there have been.
    uint64_t sent;    // Items sent since the open.
    size_t senders;   // Handles open.
    size_t receivers; // Handles open.
    size_t sending;   // Tasks that wait to send.
    size_t receiving; // Tasks that wait to receive.
};

TRIO_BEGIN_DECLS

// Opens a channel of items of `item_size` bytes. `capacity` is how many of them
// can be sent ahead: 0 for a rendezvous, in which a send waits for a receive,
// or TRIO_CHANNEL_UNBOUNDED. `buffer` has room for as many, and is NULL for
// these two: an unbounded channel takes memory from the run as it grows, and
// keeps it until its receivers are closed.
//
// Checkpoint: never.
void trio_channel_open(struct trio_channel *channel, size_t item_size,
                       void *buffer, size_t capacity,
                       struct trio_sender *ret_sender,
                       struct trio_receiver *ret_receiver);

// Has `discard(item)` called for each item that was sent and will never be
// received, because the last receiver was closed.
//
// Checkpoint: never.
void trio_channel_on_discard(struct trio_channel *channel,
                             void (*discard)(void *item));

// Reads the channel's statistics.
//
// Checkpoint: never.
struct trio_channel_statistics
trio_channel_statistics(const struct trio_channel *channel);

// ---- Sending ----

// Sends a copy of `*item`, waiting for room, or, in a rendezvous, for somebody
// who receives it.
//
// Checkpoint: always, also if there is room.
// Returns: TRIO_OK         the item is the channel's, or a receiver's.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing was sent.
//          TRIO_EBROKEN    every receiver is closed; nothing was sent.
//          TRIO_ECLOSED    this handle is closed; nothing was sent.
//          TRIO_ENOMEM     no room for one more in an unbounded channel.
TRIO_CHECKPOINT trio_status trio_channel_send(struct trio_sender *sender,
                                              const void *item);

// Sends a copy of `*item` if that needs no waiting.
//
// Checkpoint: never. Also from entry callbacks.
// Returns: TRIO_OK           the item is the channel's, or a receiver's.
//          TRIO_EWOULDBLOCK  there is no room; nothing was sent.
//          other             as trio_channel_send.
TRIO_MUST_USE trio_status trio_channel_send_nowait(struct trio_sender *sender,
                                                   const void *item);

// Makes another handle of the same channel; each is closed by itself.
//
//     struct trio_sender another; // for one more task that sends
//
//     rc = trio_sender_clone(&sender, &another);
//
// Checkpoint: never.
// Returns: TRIO_OK       `ret_sender` is open.
//          TRIO_ECLOSED  `sender` is closed.
TRIO_MUST_USE trio_status trio_sender_clone(const struct trio_sender *sender,
                                            struct trio_sender *ret_sender);

// Closes a handle. Tasks that wait through it get TRIO_ECLOSED. After the last
// sender, receivers get what is buffered and then TRIO_EEND. Again is fine, and
// so is a handle that is all zeros.
//
// Checkpoint: never. Also from entry callbacks.
void trio_sender_close(struct trio_sender *sender);

// ---- Receiving ----

// Receives the oldest item into `*ret_item`, waiting for one.
//
// Checkpoint: always, also if there is one.
// Returns: TRIO_OK         `*ret_item` is set.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing was taken.
//          TRIO_EEND       every sender is closed, and nothing is left.
//          TRIO_ECLOSED    this handle is closed.
TRIO_CHECKPOINT trio_status trio_channel_receive(struct trio_receiver *receiver,
                                                 void *ret_item);

// Receives the oldest item into `*ret_item` if that needs no waiting.
//
//     while (trio_channel_receive_nowait(&receiver, &number) == TRIO_OK)
//         use(number); // what is there
//
// Checkpoint: never. Also from entry callbacks.
// Returns: TRIO_OK           `*ret_item` is set.
//          TRIO_EWOULDBLOCK  there is none.
//          other             as trio_channel_receive.
TRIO_MUST_USE trio_status
trio_channel_receive_nowait(struct trio_receiver *receiver, void *ret_item);

// Receives up to `max` items into the array `ret_items`, at least one, waiting
// only for the first. `*ret_count` is how many.
//
//     int numbers[16];
//
//     rc = trio_channel_receive_batch(&receiver, numbers, 16, &count);
//     for (size_t i = 0; rc == TRIO_OK && i < count; i++)
//         use(numbers[i]);
//
// Checkpoint: always, also if there are some.
// Returns: TRIO_OK      the items are set, and so is `*ret_count`.
//          TRIO_EINVAL  `max` is 0.
//          other        as trio_channel_receive.
TRIO_CHECKPOINT trio_status
trio_channel_receive_batch(struct trio_receiver *receiver, void *ret_items,
                           size_t max, size_t *ret_count);

// Makes another handle of the same channel; each is closed by itself.
//
//     struct trio_receiver another; // for one more task that receives
//
//     rc = trio_receiver_clone(&receiver, &another);
//
// Checkpoint: never.
// Returns: TRIO_OK       `ret_receiver` is open.
//          TRIO_ECLOSED  `receiver` is closed.
TRIO_MUST_USE trio_status trio_receiver_clone(
    const struct trio_receiver *receiver, struct trio_receiver *ret_receiver);

// Closes a handle. Tasks that wait through it get TRIO_ECLOSED. After the last
// receiver, senders get TRIO_EBROKEN, and what is buffered is discarded. Again
// is fine, and so is a handle that is all zeros.
//
// Checkpoint: never. Also from entry callbacks.
void trio_receiver_close(struct trio_receiver *receiver);

TRIO_END_DECLS

#endif // TRIO_CHANNEL_H
