// A channel is a ring of items between two lots, with one invariant:
//
//     a task waits to send     implies that the ring is full,
//     a task waits to receive  implies that it is empty and nobody else waits
//                              to send.
//
// So whoever adds or takes an item looks at the other lot and restores it in
// the same step, and there is never a wake-up without an item: a send copies
// straight into the variable of the receiver that has waited longest, and a
// receive that makes room moves the item of the first sender into it. Were the
// waiter only told to try again, somebody who arrives in between could take
// what it was woken for.
//
// What if a waiter is cancelled after that, before it runs? It was unparked, so
// its park has succeeded, and it learns of the cancellation at its next
// checkpoint (S15). Cancelled before, it has left the lot, and nobody finds its
// offer. Either way there is one owner of each item.
//
// A task may wait at both ends of a rendezvous by one select. Its two offers do
// not meet: an offer is only taken by a task that runs.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "core/sync/channel.h"

#include <trio/backend.h>

#include "core/operation.h"

enum { SLOTS_AT_FIRST = 16 };

void trio_channel_open(struct trio_channel *channel, size_t item_size,
                       void *buffer, size_t capacity,
                       struct trio_sender *ret_sender,
                       struct trio_receiver *ret_receiver)
{
    bool unbounded = capacity == TRIO_CHANNEL_UNBOUNDED;

    TRIO_ASSERT(item_size > 0);
    TRIO_ASSERT((buffer == NULL) == (capacity == 0 || unbounded));
    *channel = (struct trio_channel){.slots = buffer,
                                     .item_size = item_size,
                                     .capacity = capacity,
                                     .slot_count = unbounded ? 0 : capacity,
                                     .senders = 1,
                                     .receivers = 1};
    ret_sender->channel = channel;
    ret_receiver->channel = channel;
}

void trio_channel_on_discard(struct trio_channel *channel,
                             void (*discard)(void *item))
{
    channel->discard = discard;
}

struct trio_channel_statistics
trio_channel_statistics(const struct trio_channel *channel)
{
    trio_touch(channel, TRIO_ACCESS_READ);
    return (struct trio_channel_statistics){
        .buffered = channel->buffered,
        .capacity = channel->capacity,
        .peak = channel->peak,
        .sent = channel->sent,
        .senders = channel->senders,
        .receivers = channel->receivers,
        .sending = trio_parking_lot_count(&channel->sending),
        .receiving = trio_parking_lot_count(&channel->receiving)};
}

// ---- The ring ----

static void release(struct trio_channel *channel)
{
    if (channel->slots != NULL) {
        const struct trio_memory *memory = trio_run_memory();
        memory->release(memory->context, channel->slots,
                        channel->slot_count * channel->item_size);
    }
    channel->slots = NULL;
    channel->slot_count = 0;
    channel->first = 0;
}

// Gives an unbounded channel twice the room.
bool trio_channel_grow_(struct trio_channel *channel)
{
    const struct trio_memory *memory = trio_run_memory();
    size_t count =
        channel->slot_count > 0 ? 2 * channel->slot_count : SLOTS_AT_FIRST;

    if (count > SIZE_MAX / 2 / channel->item_size)
        return false;
    unsigned char *slots =
        memory->allocate(memory->context, count * channel->item_size);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < channel->buffered; i++)
        trio_channel_copy_(channel, slots + i * channel->item_size,
                           trio_channel_slot_(channel, i));
    release(channel);
    channel->slots = slots;
    channel->slot_count = count;
    return true;
}

// ---- The two lots ----

// Unparks whoever made the offer. A select records what went wrong by itself.
static void answer(struct trio_waiter *offer, trio_status rc)
{
    struct trio_task *task = offer->task;

    if (offer == &task->waiter)
        rc = trio_channel_failed_(task, rc, task->park.wait->verb, NULL);
    trio_unpark_(trio_run_for_("closing a channel"), offer, rc);
}

static void answer_all(const struct trio_parking_lot *lot, trio_status rc)
{
    while (lot->first != NULL)
        answer(lot->first, rc);
}

// Tells those who wait through a handle that it is closed. A wake may take
// several offers of one task out, so the search begins anew.
static void answer_handle(const struct trio_parking_lot *lot,
                          const void *handle)
{
    struct trio_waiter *waiter = lot->first;

    while (waiter != NULL) {
        if (waiter->handle == handle) {
            answer(waiter, TRIO_ECLOSED);
            waiter = lot->first;
        } else {
            waiter = waiter->next;
        }
    }
}

// ---- Sending ----

trio_status trio_sender_clone(const struct trio_sender *sender,
                              struct trio_sender *ret_sender)
{
    struct trio_run *run = trio_run_current_();
    struct trio_channel *channel = sender->channel;

    if (channel == NULL)
        return trio_channel_failed_(run->current, TRIO_ECLOSED,
                                    "clone a sender of", TRIO_CALLER());
    trio_touch_(run, channel, TRIO_ACCESS_WRITE);
    channel->senders++;
    ret_sender->channel = channel;
    return TRIO_OK;
}

void trio_sender_close(struct trio_sender *sender)
{
    struct trio_channel *channel = sender->channel;

    if (channel == NULL)
        return;
    trio_touch(channel, TRIO_ACCESS_WRITE);
    TRIO_ASSERT(channel->senders > 0);
    sender->channel = NULL;
    channel->senders--;
    answer_handle(&channel->sending, sender);
    if (channel->senders == 0)
        answer_all(&channel->receiving, TRIO_EEND);
}

// ---- Receiving ----

trio_status trio_receiver_clone(const struct trio_receiver *receiver,
                                struct trio_receiver *ret_receiver)
{
    struct trio_run *run = trio_run_current_();
    struct trio_channel *channel = receiver->channel;

    if (channel == NULL)
        return trio_channel_failed_(run->current, TRIO_ECLOSED,
                                    "clone a receiver of", TRIO_CALLER());
    trio_touch_(run, channel, TRIO_ACCESS_WRITE);
    channel->receivers++;
    ret_receiver->channel = channel;
    return TRIO_OK;
}

// The item's destructor may do anything but receive: what it does to this
// channel finds it without receivers, and one item shorter.
static void discard_all(struct trio_channel *channel)
{
    while (channel->buffered > 0) {
        unsigned char *item = trio_channel_take_(channel);
        if (channel->discard != NULL)
            channel->discard(item);
    }
    if (channel->capacity == TRIO_CHANNEL_UNBOUNDED)
        release(channel);
}

void trio_receiver_close(struct trio_receiver *receiver)
{
    struct trio_channel *channel = receiver->channel;

    if (channel == NULL)
        return;
    trio_touch(channel, TRIO_ACCESS_WRITE);
    TRIO_ASSERT(channel->receivers > 0);
    receiver->channel = NULL;
    channel->receivers--;
    answer_handle(&channel->receiving, receiver);
    if (channel->receivers == 0) {
        answer_all(&channel->sending, TRIO_EBROKEN);
        discard_all(channel);
    }
}
