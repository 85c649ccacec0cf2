// What is told of a hand is written once its call has returned: `done` says so.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/pipe.h"

#include "tests/check.h"

void pipe_open(struct pipe *pipe, size_t capacity)
{
    bool buffered = capacity > 0 && capacity <= PIPE_ROOM;

    trio_channel_open(&pipe->channel, 1, buffered ? pipe->buffer : NULL,
                      capacity, &pipe->sender, &pipe->receiver);
}

void pipe_close(struct pipe *pipe)
{
    trio_sender_close(&pipe->sender);
    trio_receiver_close(&pipe->receiver);
}

struct trio_channel_statistics pipe_look(const struct pipe *pipe)
{
    return trio_channel_statistics(&pipe->channel);
}

void pipe_fill(struct pipe *pipe, const char *letters)
{
    for (; *letters != '\0'; letters++)
        CHECK_OK(trio_channel_send_nowait(&pipe->sender, letters));
}

const char *pipe_drain(struct pipe *pipe)
{
    static char text[64];
    size_t length = 0;

    while (length < sizeof(text) - 1 &&
           trio_channel_receive_nowait(&pipe->receiver, &text[length]) ==
               TRIO_OK)
        length++;
    text[length] = '\0';
    return text;
}

static TRIO_CHECKPOINT trio_status move(void *arg)
{
    struct hand *hand = arg;

    hand->rc = hand->sender != NULL
                   ? trio_channel_send(hand->sender, &hand->item)
                   : trio_channel_receive(hand->receiver, &hand->item);
    hand->done = true;
    return hand->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

void hands_start(struct trio_nursery *nursery, struct hand *hands, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CHECK_OK(trio_nursery_start_soon(nursery, move, &hands[i]));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
}
