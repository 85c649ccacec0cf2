// A queue is a channel with both of its ends, and a count:
//
//     what is unfinished  =  what the channel took in  -  what was done.
//
// The channel counts an item at the moment in which it takes it, not when the
// task that put it goes on. Were it counted by that task, an item could be done
// before it was counted, and a join could return, or never return, for no
// reason.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/queue.h>

#include "core/operation.h"

static const struct trio_wait join_wait = {"join", TRIO_ACCESS_READ, NULL};

static uint64_t unfinished(const struct trio_queue *queue)
{
    return queue->channel.sent - queue->done;
}

void trio_queue_open(struct trio_queue *queue, size_t item_size, void *buffer,
                     size_t capacity)
{
    trio_channel_open(&queue->channel, item_size, buffer, capacity,
                      &queue->sender, &queue->receiver);
    queue->done = 0;
    queue->joining = (struct trio_parking_lot)TRIO_PARKING_LOT_INIT;
}

trio_status trio_queue_put(struct trio_queue *queue, const void *item)
{
    return trio_channel_send(&queue->sender, item);
}

trio_status trio_queue_put_nowait(struct trio_queue *queue, const void *item)
{
    return trio_channel_send_nowait(&queue->sender, item);
}

trio_status trio_queue_get(struct trio_queue *queue, void *ret_item)
{
    return trio_channel_receive(&queue->receiver, ret_item);
}

trio_status trio_queue_get_nowait(struct trio_queue *queue, void *ret_item)
{
    return trio_channel_receive_nowait(&queue->receiver, ret_item);
}

trio_status trio_queue_get_batch(struct trio_queue *queue, void *ret_items,
                                 size_t max, size_t *ret_count)
{
    return trio_channel_receive_batch(&queue->receiver, ret_items, max,
                                      ret_count);
}

static void add_done(struct trio_queue *queue, uint64_t count)
{
    queue->done += count;
    if (unfinished(queue) == 0)
        trio_parking_lot_unpark_all(&queue->joining);
}

void trio_queue_task_done(struct trio_queue *queue)
{
    trio_touch(queue, TRIO_ACCESS_RELEASE);
    // What is buffered cannot be done yet.
    if (unfinished(queue) == queue->channel.buffered)
        trio_misuse("said that more items of a queue are done than were got",
                    queue);
    add_done(queue, 1);
}

trio_status trio_queue_join(struct trio_queue *queue)
{
    struct trio_task *task = trio_task_here_();

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);
    trio_touch_(task->run, queue, TRIO_ACCESS_READ);
    // S12: a schedule point even where there is nothing to wait for.
    if (unfinished(queue) == 0)
        return trio_yield_with_(task->run, task, TRIO_OK);
    return trio_park_in_(task, &queue->joining, &join_wait, queue, false);
}

void trio_queue_end(struct trio_queue *queue)
{
    trio_sender_close(&queue->sender);
}

void trio_queue_close(struct trio_queue *queue)
{
    size_t dropped = queue->channel.buffered;

    // In this order: to be closed is another thing than to come to the end.
    trio_receiver_close(&queue->receiver);
    trio_sender_close(&queue->sender);
    add_done(queue, dropped);
}

struct trio_queue_statistics
trio_queue_statistics(const struct trio_queue *queue)
{
    struct trio_channel_statistics channel =
        trio_channel_statistics(&queue->channel);

    return (struct trio_queue_statistics){
        .buffered = channel.buffered,
        .capacity = channel.capacity,
        .peak = channel.peak,
        .unfinished = unfinished(queue),
        .putting = channel.sending,
        .getting = channel.receiving,
        .joining = trio_parking_lot_count(&queue->joining)};
}
