// Queues of work: items, and when all of them are done.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_QUEUE_H
#define TRIO_QUEUE_H

#include <trio/base.h>
#include <trio/channel.h>
#include <trio/parking_lot.h>
#include <trio/status.h>

// A `trio_queue` is a channel that is used through one object, and knows how
// many of its items are still being worked on. Whoever gets one says
// `trio_queue_task_done` when it is dealt with; `trio_queue_join` waits for
// that.
//
//     static int buffer[16];
//     struct trio_queue queue;
//     int number = 42;
//
//     trio_queue_open(&queue, sizeof(int), buffer, 16);
//     trio_status rc = trio_queue_put(&queue, &number);
//     if (rc == TRIO_OK)
//         rc = trio_queue_get(&queue, &number); // in another task
//     trio_queue_task_done(&queue);
//     if (rc == TRIO_OK)
//         rc = trio_queue_join(&queue);
//     trio_queue_close(&queue);
//
// The caller owns the storage, which must outlive every task that waits there.
// Not thread-safe: use it from its loop's thread only.
struct trio_queue {
    struct trio_channel channel;     // Private.
    struct trio_sender sender;       // Private.
    struct trio_receiver receiver;   // Private.
    uint64_t done;                   // Private. Items dealt with.
    struct trio_parking_lot joining; // Private. Wait until all are.
};

struct trio_queue_statistics {
    size_t buffered;     // Items in the queue.
    size_t capacity;     // The most there can be, or TRIO_CHANNEL_UNBOUNDED.
    size_t peak;         // The most there have been.
    uint64_t unfinished; // Items put and not done, buffered ones included.
    size_t putting;      // Tasks that wait to put.
    size_t getting;      // Tasks that wait to get.
    size_t joining;      // Tasks that wait for all to be done.
};

TRIO_BEGIN_DECLS

// Opens a queue of items of `item_size` bytes with room for `capacity` of them
// in `buffer`; see trio_channel_open.
//
// Checkpoint: never.
void trio_queue_open(struct trio_queue *queue, size_t item_size, void *buffer,
                     size_t capacity);

// Puts a copy of `*item` into the queue, waiting for room.
//
// Checkpoint: always.
// Returns: as trio_channel_send.
TRIO_CHECKPOINT trio_status trio_queue_put(struct trio_queue *queue,
                                           const void *item);

// Puts a copy of `*item` into the queue if that needs no waiting.
//
//     if (trio_queue_put_nowait(queue, &number) == TRIO_EWOULDBLOCK)
//         return QUOTA_EXCEEDED; // It is full.
//
// Checkpoint: never. Also from entry callbacks.
// Returns: as trio_channel_send_nowait.
TRIO_MUST_USE trio_status trio_queue_put_nowait(struct trio_queue *queue,
                                                const void *item);

// Gets the oldest item, waiting for one.
//
// Checkpoint: always.
// Returns: as trio_channel_receive.
TRIO_CHECKPOINT trio_status trio_queue_get(struct trio_queue *queue,
                                           void *ret_item);

// Gets the oldest item if that needs no waiting.
//
//     while (trio_queue_get_nowait(queue, &number) == TRIO_OK) {
//         use(number);
//         trio_queue_task_done(queue);
//     }
//
// Checkpoint: never. Also from entry callbacks.
// Returns: as trio_channel_receive_nowait.
TRIO_MUST_USE trio_status trio_queue_get_nowait(struct trio_queue *queue,
                                                void *ret_item);

// Gets what is there, up to `max` items and at least one, waiting only for the
// first. Each counts for trio_queue_task_done.
//
//     int numbers[16];
//
//     rc = trio_queue_get_batch(queue, numbers, 16, &count);
//     for (size_t i = 0; rc == TRIO_OK && i < count; i++) {
//         use(numbers[i]);
//         trio_queue_task_done(queue);
//     }
//
// Checkpoint: always.
// Returns: as trio_channel_receive_batch.
TRIO_CHECKPOINT trio_status trio_queue_get_batch(struct trio_queue *queue,
                                                 void *ret_items, size_t max,
                                                 size_t *ret_count);

// Says that an item is dealt with. More often than there were items is misuse.
//
// Checkpoint: never. Also from entry callbacks.
void trio_queue_task_done(struct trio_queue *queue);

// Waits until every item that was put is dealt with.
//
// Checkpoint: always, also if there is none.
// Returns: TRIO_OK         all were, at one moment since the call.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status trio_queue_join(struct trio_queue *queue);

// Closes the queue to further items. What is in it can still be got; then
// trio_queue_get returns TRIO_EEND.
//
//     trio_queue_end(queue); // that was the last one
//     rc = trio_queue_join(queue);
//
// Checkpoint: never. Also from entry callbacks.
void trio_queue_end(struct trio_queue *queue);

// Closes the queue, and drops what is in it: who waits to get has TRIO_ECLOSED,
// who waits to put TRIO_EBROKEN, and who comes later TRIO_ECLOSED. What was
// dropped need not be done any more. Again is fine.
//
// Checkpoint: never. Also from entry callbacks.
void trio_queue_close(struct trio_queue *queue);

// Reads the queue's statistics.
//
//     struct trio_queue_statistics seen = trio_queue_statistics(queue);
//
//     printf("%zu of %zu\n", seen.buffered, seen.capacity);
//
// Checkpoint: never.
struct trio_queue_statistics
trio_queue_statistics(const struct trio_queue *queue);

TRIO_END_DECLS

#endif // TRIO_QUEUE_H
