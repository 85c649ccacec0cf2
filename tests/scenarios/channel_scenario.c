// Items on their way from task to task: each that was sent is received once, or
// dropped by the last receiver's close.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

enum { ITEMS_MAX = 24 };

// An item is a pointer to its own record.
struct item {
    int producer;
    int number;
    int sent; // By calls that returned TRIO_OK.
    int came;
    int dropped;
};

struct pipe {
    struct trio_channel channel;
    struct trio_sender sender;
    struct trio_receiver receiver;
    struct item *slots[2];
    struct item items[2][ITEMS_MAX];
    int newest[2]; // Received so far, by producer.
    int producers;
    int count;     // Items of each.
    bool in_order; // There is one consumer.
};

static void drop(void *arg)
{
    struct item *item = *(struct item **)arg;
    item->dropped++;
}

static void open_pipe(struct pipe *pipe, size_t capacity)
{
    bool has_slots = capacity > 0 && capacity <= COUNT(pipe->slots);

    *pipe = (struct pipe){.newest = {-1, -1}, .count = 4};
    trio_channel_open(&pipe->channel, sizeof pipe->slots[0],
                      has_slots ? pipe->slots : NULL, capacity, &pipe->sender,
                      &pipe->receiver);
    trio_channel_on_discard(&pipe->channel, drop);
    trio_sim_name(&pipe->channel, "pipe");
}

static void check_items(const struct pipe *pipe)
{
    const struct item *item = &pipe->items[0][0];

    for (size_t i = 0; i < 2 * ITEMS_MAX; i++, item++)
        TRIO_SIM_ALWAYS(item->sent == item->came + item->dropped,
                        "no item is lost or doubled");
}

static TRIO_CHECKPOINT trio_status produce(struct pipe *pipe,
                                           struct trio_sender *sender)
{
    int producer = pipe->producers++;
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < pipe->count; i++) {
        struct item *item = &pipe->items[producer][i];
        item->producer = producer;
        item->number = i;
        rc = trio_channel_send(sender, &item);
        item->sent += rc == TRIO_OK;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status produce_and_close(void *arg)
{
    struct pipe *pipe = arg;
    struct trio_sender sender;

    trio_status rc = trio_sender_clone(&pipe->sender, &sender);
    if (rc != TRIO_OK)
        return rc == TRIO_ECLOSED ? TRIO_OK : rc;
    rc = produce(pipe, &sender);
    trio_sender_close(&sender);
    return rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

static void take(struct pipe *pipe, struct item *item)
{
    item->came++;
    TRIO_SIM_ALWAYS(!pipe->in_order ||
                        item->number == pipe->newest[item->producer] + 1,
                    "items come in the order of sending");
    pipe->newest[item->producer] = item->number;
}

static TRIO_CHECKPOINT trio_status consume(void *arg)
{
    struct pipe *pipe = arg;
    struct item *item;
    trio_status rc;

    while ((rc = trio_channel_receive(&pipe->receiver, &item)) == TRIO_OK)
        take(pipe, item);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

// Takes a few at once, and leaves when nothing comes for a while.
static TRIO_CHECKPOINT trio_status consume_hastily(void *arg)
{
    struct pipe *pipe = arg;
    struct trio_receiver receiver;
    struct trio_cancel_scope patience;
    struct item *items[2];
    size_t count;

    trio_status rc = trio_receiver_clone(&pipe->receiver, &receiver);
    if (rc != TRIO_OK)
        return rc;
    trio_move_on_after(&patience, TRIO_SECOND);
    while ((rc = trio_channel_receive_batch(&receiver, items, COUNT(items),
                                            &count)) == TRIO_OK) {
        for (size_t i = 0; i < count; i++)
            take(pipe, items[i]);
        if (count == 1 && (rc = trio_sleep(TRIO_SECOND)) != TRIO_OK)
            break;
    }
    trio_receiver_close(&receiver);
    return trio_cancel_scope_close(&patience, rc == TRIO_EEND ? TRIO_OK : rc);
}

static TRIO_CHECKPOINT trio_status run_pipe(struct pipe *pipe,
                                            trio_task_fn second)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, produce_and_close, pipe);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, consume, pipe);
    if (rc == TRIO_OK && second != NULL)
        rc = trio_nursery_start_soon(&nursery, second, pipe);
    if (rc == TRIO_OK)
        rc = produce(pipe, &pipe->sender);
    trio_sender_close(&pipe->sender);
    rc = trio_nursery_close(&nursery, rc);
    if (is_whole(trio_nursery_cancel_scope(&nursery), rc))
        TRIO_SIM_ALWAYS(trio_channel_statistics(&pipe->channel).buffered == 0,
                        "what was sent before the end is received");
    trio_receiver_close(&pipe->receiver);
    check_items(pipe);
    return rc;
}

TRIO_SCENARIO(a_buffer_between_two_and_two)
{
    struct pipe pipe;

    (void)arg;
    open_pipe(&pipe, 2);
    return run_pipe(&pipe, consume_hastily);
}

TRIO_SCENARIO(one_consumer_sees_the_order)
{
    struct pipe pipe;

    (void)arg;
    open_pipe(&pipe, 1);
    pipe.in_order = true;
    return run_pipe(&pipe, NULL);
}

TRIO_SCENARIO(a_rendezvous_of_two_and_two)
{
    struct pipe pipe;

    (void)arg;
    open_pipe(&pipe, 0);
    return run_pipe(&pipe, consume);
}

TRIO_SCENARIO(a_channel_without_bounds)
{
    struct pipe pipe;

    (void)arg;
    open_pipe(&pipe, TRIO_CHANNEL_UNBOUNDED);
    pipe.count = ITEMS_MAX; // So that it grows.
    pipe.in_order = true;
    return run_pipe(&pipe, NULL);
}
