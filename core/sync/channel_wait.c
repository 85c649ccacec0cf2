// Each call tries first, and waits only if it has to.
//
// The try and the offer that is made after it happen in one step, so that
// nothing can come between them: what would have made the try succeed finds the
// offer instead.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/channel.h>

#include "core/error.h"
#include "core/operation.h"
#include "core/sync/channel.h"

static const struct trio_wait send_wait = {"send into", TRIO_ACCESS_RELEASE,
                                           NULL};
static const struct trio_wait receive_wait = {"receive from",
                                              TRIO_ACCESS_ACQUIRE, NULL};

// Everyday answers leave no record.
trio_status trio_channel_record_(struct trio_task *task, trio_status rc,
                                 const char *verb, const void *place)
{
    if (task == NULL)
        return rc;
    switch (rc) {
    case TRIO_EBROKEN:
        trio_error_fail_for_(task, rc, place, "%s a channel without receivers",
                             verb);
        break;
    case TRIO_ECLOSED:
        trio_error_fail_for_(task, rc, place, "%s a channel, handle closed",
                             verb);
        break;
    case TRIO_ENOMEM:
        trio_error_fail_for_(task, rc, place, "%s a channel", verb);
        break;
    default:
        trio_error_forget_(task->run, task, rc);
    }
    return rc;
}

// ---- Sending ----

trio_status trio_channel_send_nowait(struct trio_sender *sender,
                                     const void *item)
{
    struct trio_run *run = trio_run_current_();
    trio_status rc = trio_channel_try_send_(run, sender, item);

    return trio_channel_failed_(run->current, rc, send_wait.verb,
                                TRIO_CALLER());
}

trio_status trio_channel_send(struct trio_sender *sender, const void *item)
{
    struct trio_task *task = trio_task_here_();

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);
    trio_status rc = trio_channel_try_send_(task->run, sender, item);
    if (rc == TRIO_EWOULDBLOCK) {
        trio_offer_send_(task, sender, item, &task->waiter);
        task->park =
            (struct park){.wait = &send_wait, .object = sender->channel};
        return trio_park_(task->run, task);
    }
    rc = trio_channel_failed_(task, rc, send_wait.verb, TRIO_CALLER());
    return trio_yield_with_(task->run, task, rc); // S14, S16
}

// ---- Receiving ----

trio_status trio_channel_receive_nowait(struct trio_receiver *receiver,
                                        void *ret_item)
{
    struct trio_run *run = trio_run_current_();
    trio_status rc = trio_channel_try_receive_(run, receiver, ret_item);

    return trio_channel_failed_(run->current, rc, receive_wait.verb,
                                TRIO_CALLER());
}

trio_status trio_channel_receive(struct trio_receiver *receiver, void *ret_item)
{
    struct trio_task *task = trio_task_here_();

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);
    trio_status rc = trio_channel_try_receive_(task->run, receiver, ret_item);
    if (rc == TRIO_EWOULDBLOCK) {
        trio_offer_receive_(task, receiver, ret_item, &task->waiter);
        task->park =
            (struct park){.wait = &receive_wait, .object = receiver->channel};
        return trio_park_(task->run, task);
    }
    rc = trio_channel_failed_(task, rc, receive_wait.verb, TRIO_CALLER());
    return trio_yield_with_(task->run, task, rc); // S14, S16
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
                trio_run_current_(), receiver,
                items + count * receiver->channel->item_size) != TRIO_OK)
            break;
    *ret_count = count;
    return TRIO_OK;
}
