// Each call tries first, and waits only if it has to.
//
// The try and the offer that is made after it happen in one step, so that
// nothing can come between them: what would have made the try succeed finds the
// offer instead.
//
// This file uses public headers only, as any primitive of yours could.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/channel.h>

#include <trio/error.h>
#include <trio/task.h>

static const struct trio_wait send_wait = {"send into", TRIO_ACCESS_RELEASE,
                                           NULL};
static const struct trio_wait receive_wait = {"receive from",
                                              TRIO_ACCESS_ACQUIRE, NULL};

// Everyday answers leave no record.
trio_status trio_channel_failed_(trio_status rc, const char *verb)
{
    switch (rc) {
    case TRIO_OK:
    case TRIO_ECANCELED:
        return rc;
    case TRIO_EBROKEN:
        return trio_fail(rc, "%s a channel without receivers", verb);
    case TRIO_ECLOSED:
        return trio_fail(rc, "%s a channel, handle closed", verb);
    case TRIO_ENOMEM:
        return trio_fail(rc, "%s a channel", verb);
    default:
        return trio_fail_bare(rc);
    }
}

// ---- Sending ----

trio_status trio_channel_send_nowait(struct trio_sender *sender,
                                     const void *item)
{
    return trio_channel_failed_(trio_channel_try_send_(sender, item),
                                send_wait.verb);
}

trio_status trio_channel_send(struct trio_sender *sender, const void *item)
{
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;

    rc = trio_channel_try_send_(sender, item);
    if (rc == TRIO_EWOULDBLOCK) {
        struct trio_offer_ offer;
        trio_channel_offer_send_(sender, item, &offer);
        rc = trio_park(&send_wait, sender->channel, NULL, NULL);
    } else {
        trio_cancel_shielded_checkpoint(); // S14, S16
    }
    return rc == TRIO_OK ? rc : trio_channel_failed_(rc, send_wait.verb);
}

// ---- Receiving ----

trio_status trio_channel_receive_nowait(struct trio_receiver *receiver,
                                        void *ret_item)
{
    return trio_channel_failed_(trio_channel_try_receive_(receiver, ret_item),
                                receive_wait.verb);
}

trio_status trio_channel_receive(struct trio_receiver *receiver, void *ret_item)
{
    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;

    rc = trio_channel_try_receive_(receiver, ret_item);
    if (rc == TRIO_EWOULDBLOCK) {
        struct trio_offer_ offer;
        trio_channel_offer_receive_(receiver, ret_item, &offer);
        rc = trio_park(&receive_wait, receiver->channel, NULL, NULL);
    } else {
        trio_cancel_shielded_checkpoint(); // S14, S16
    }
    return rc == TRIO_OK ? rc : trio_channel_failed_(rc, receive_wait.verb);
}

trio_status trio_channel_receive_batch(struct trio_receiver *receiver,
                                       void *ret_items, size_t max,
                                       size_t *ret_count)
{
    unsigned char *items = ret_items;
    size_t count = 1;

    if (max == 0) {
        trio_status cancelled = trio_checkpoint();
        return cancelled != TRIO_OK ? cancelled : trio_fail_bare(TRIO_EINVAL);
    }
    trio_status rc = trio_channel_receive(receiver, ret_items);
    if (rc != TRIO_OK)
        return rc;
    // The handle may have been closed since; what was received stays received.
    for (; count < max && receiver->channel != NULL; count++)
        if (trio_channel_try_receive_(
                receiver, items + count * receiver->channel->item_size) !=
            TRIO_OK)
            break;
    *ret_count = count;
    return TRIO_OK;
}
