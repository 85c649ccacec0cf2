// What sending, receiving and selecting do with a channel without waiting.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Inlined, as what is in core/operation.h.

#ifndef TRIO_CORE_SYNC_CHANNEL_H
#define TRIO_CORE_SYNC_CHANNEL_H

#include <trio/channel.h>
#include <trio/run.h>

#include "core/operation.h"

// ---- channel.c ----
// Makes room in an unbounded channel.
TRIO_MUST_USE bool trio_channel_grow_(struct trio_channel *channel);

// ---- channel_wait.c ----
// Records a failure of a task's operation, and returns it. `place`: of its
// call, or NULL.
TRIO_MUST_USE trio_status trio_channel_record_(struct trio_task *task,
                                               trio_status rc, const char *verb,
                                               const void *place);

TRIO_MUST_USE static inline trio_status
trio_channel_failed_(struct trio_task *task, trio_status rc, const char *verb,
                     const void *place)
{
    if (UNLIKELY(trio_is_failure(rc)))
        return trio_channel_record_(task, rc, verb, place);
    return rc;
}

// ---- The ring ----

// Most items are a number or a pointer: for those it is no call.
static inline void trio_channel_copy_(const struct trio_channel *channel,
                                      void *target, const void *source)
{
    if (LIKELY(channel->item_size == sizeof(void *)))
        __builtin_memcpy(target, source, sizeof(void *));
    else
        __builtin_memcpy(target, source, channel->item_size);
}

static inline unsigned char *
trio_channel_slot_(const struct trio_channel *channel, size_t index)
{
    size_t until_end = channel->slot_count - channel->first;
    size_t slot =
        index < until_end ? channel->first + index : index - until_end;

    return channel->slots + slot * channel->item_size;
}

static inline void trio_channel_put_(struct trio_channel *channel,
                                     const void *item)
{
    TRIO_ASSERT(channel->buffered < channel->slot_count);
    trio_channel_copy_(channel, trio_channel_slot_(channel, channel->buffered),
                       item);
    channel->buffered++;
    channel->sent++;
    if (channel->peak < channel->buffered)
        channel->peak = channel->buffered;
}

// Takes the oldest item out; it stays where it is until the next put.
static inline unsigned char *trio_channel_take_(struct trio_channel *channel)
{
    unsigned char *slot = trio_channel_slot_(channel, 0);

    TRIO_ASSERT(channel->buffered > 0);
    channel->first++;
    if (channel->first == channel->slot_count)
        channel->first = 0;
    channel->buffered--;
    return slot;
}

// ---- The two lots ----

static inline void trio_offer_send_(struct trio_task *task,
                                    struct trio_sender *sender,
                                    const void *item, struct trio_waiter *offer)
{
    offer->handle = sender;
    offer->source = item;
    trio_waiter_add_(task, &sender->channel->sending, offer);
}

static inline void trio_offer_receive_(struct trio_task *task,
                                       struct trio_receiver *receiver,
                                       void *ret_item,
                                       struct trio_waiter *offer)
{
    offer->handle = receiver;
    offer->target = ret_item;
    trio_waiter_add_(task, &receiver->channel->receiving, offer);
}

// Sends like trio_channel_send_nowait, but records no failure.
TRIO_MUST_USE QUICK trio_status trio_channel_try_send_(
    struct trio_run *run, struct trio_sender *sender, const void *item)
{
    struct trio_channel *channel = sender->channel;

    if (UNLIKELY(channel == NULL))
        return TRIO_ECLOSED;
    trio_touch_(run, channel, TRIO_ACCESS_RELEASE);
    if (UNLIKELY(channel->receivers == 0))
        return TRIO_EBROKEN;

    struct trio_waiter *offer = channel->receiving.first;
    if (offer != NULL) {
        TRIO_ASSERT(channel->buffered == 0);
        trio_channel_copy_(channel, offer->target, item);
        channel->sent++;
        trio_unpark_(run, offer, TRIO_OK);
        return TRIO_OK;
    }
    if (channel->buffered == channel->capacity)
        return TRIO_EWOULDBLOCK;
    if (UNLIKELY(channel->buffered == channel->slot_count) &&
        !trio_channel_grow_(channel))
        return TRIO_ENOMEM;
    trio_channel_put_(channel, item);
    return TRIO_OK;
}

// Receives like trio_channel_receive_nowait, but records no failure.
TRIO_MUST_USE QUICK trio_status trio_channel_try_receive_(
    struct trio_run *run, struct trio_receiver *receiver, void *ret_item)
{
    struct trio_channel *channel = receiver->channel;

    if (UNLIKELY(channel == NULL))
        return TRIO_ECLOSED;
    trio_touch_(run, channel, TRIO_ACCESS_ACQUIRE);

    struct trio_waiter *offer = channel->sending.first;
    if (channel->buffered > 0) {
        trio_channel_copy_(channel, ret_item, trio_channel_take_(channel));
        if (offer != NULL)
            trio_channel_put_(channel, offer->source);
    } else if (offer != NULL) {
        trio_channel_copy_(channel, ret_item, offer->source);
        channel->sent++;
    } else {
        return channel->senders == 0 ? TRIO_EEND : TRIO_EWOULDBLOCK;
    }
    if (offer != NULL)
        trio_unpark_(run, offer, TRIO_OK);
    return TRIO_OK;
}

#endif // TRIO_CORE_SYNC_CHANNEL_H
