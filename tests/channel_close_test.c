// What trio/channel.h promises of closing: which end, which handle, who is
// told.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/channel.h>

#include "tests/check.h"
#include "tests/pipe.h"

// S58
TEST(channel, after_the_last_sender_the_buffer_drains_and_then_it_ends)
{
    struct trio_sender other;
    struct pipe pipe;
    char item = '-';

    pipe_open(&pipe, PIPE_ROOM);
    CHECK_OK(trio_sender_clone(&pipe.sender, &other));
    pipe_fill(&pipe, "ab");
    trio_sender_close(&pipe.sender);
    CHECK_OK(trio_channel_send_nowait(&other, "c"));
    trio_sender_close(&other);
    for (char expected = 'a'; expected <= 'c'; expected++) {
        CHECK_OK(trio_channel_receive(&pipe.receiver, &item));
        CHECK_EQ(item, expected);
    }
    CHECK_STATUS(trio_channel_receive(&pipe.receiver, &item), TRIO_EEND);
    CHECK_STATUS(trio_channel_receive_nowait(&pipe.receiver, &item), TRIO_EEND);
    pipe_close(&pipe);
}

// S58
TEST(channel, closing_the_last_sender_ends_those_who_wait_to_receive)
{
    struct trio_sender other;
    struct pipe pipe;
    struct hand hands[] = {{.receiver = &pipe.receiver},
                           {.receiver = &pipe.receiver}};
    struct trio_nursery nursery;

    pipe_open(&pipe, 0);
    CHECK_OK(trio_sender_clone(&pipe.sender, &other));
    trio_nursery_open(&nursery);
    hands_start(&nursery, hands, COUNT(hands));
    trio_sender_close(&pipe.sender);
    CHECK_EQ(pipe_look(&pipe).receiving, 2); // There is another sender.
    trio_sender_close(&other);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(hands[0].rc, TRIO_EEND);
    CHECK_STATUS(hands[1].rc, TRIO_EEND);
    pipe_close(&pipe);
}

static struct log discarded;

static void discard(void *item)
{
    log_add(&discarded, *(char *)item);
}

// S58
TEST(channel, closing_the_last_receiver_breaks_it_and_drops_what_is_buffered)
{
    struct trio_receiver other;
    struct pipe pipe;
    struct hand hand = {.sender = &pipe.sender, .item = 'c'};
    struct trio_nursery nursery;

    discarded = (struct log){0};
    pipe_open(&pipe, 2);
    trio_channel_on_discard(&pipe.channel, discard);
    CHECK_OK(trio_receiver_clone(&pipe.receiver, &other));
    pipe_fill(&pipe, "ab");
    trio_nursery_open(&nursery);
    hands_start(&nursery, &hand, 1);
    trio_receiver_close(&pipe.receiver);
    CHECK_LOG(discarded, "");
    CHECK_EQ(pipe_look(&pipe).sending, 1);
    trio_receiver_close(&other);
    CHECK_LOG(discarded, "ab"); // What was not sent stays its owner's.
    CHECK_EQ(pipe_look(&pipe).buffered, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(hand.rc, TRIO_EBROKEN);
    CHECK_STATUS(trio_channel_send(&pipe.sender, "x"), TRIO_EBROKEN);
    CHECK_STATUS(trio_channel_send_nowait(&pipe.sender, "x"), TRIO_EBROKEN);
    CHECK(trio_error_find(TRIO_EBROKEN) != NULL);
    pipe_close(&pipe);
}

// S58
TEST(channel, a_closed_handle_is_of_no_use)
{
    struct trio_receiver other_receiver;
    struct trio_sender other_sender;
    struct pipe pipe;
    size_t count;
    char item;

    pipe_open(&pipe, PIPE_ROOM);
    pipe_close(&pipe);
    pipe_close(&pipe); // Again is fine.
    CHECK_STATUS(trio_channel_send(&pipe.sender, "x"), TRIO_ECLOSED);
    CHECK_STATUS(trio_channel_send_nowait(&pipe.sender, "x"), TRIO_ECLOSED);
    CHECK_STATUS(trio_channel_receive(&pipe.receiver, &item), TRIO_ECLOSED);
    CHECK_STATUS(trio_channel_receive_nowait(&pipe.receiver, &item),
                 TRIO_ECLOSED);
    CHECK_STATUS(trio_channel_receive_batch(&pipe.receiver, &item, 1, &count),
                 TRIO_ECLOSED);
    CHECK_STATUS(trio_sender_clone(&pipe.sender, &other_sender), TRIO_ECLOSED);
    CHECK_STATUS(trio_receiver_clone(&pipe.receiver, &other_receiver),
                 TRIO_ECLOSED);
}

// S58
TEST(channel, closing_a_handle_wakes_those_who_wait_through_it_and_no_others)
{
    struct trio_sender other;
    struct pipe pipe;
    struct hand hands[] = {{.sender = &pipe.sender, .item = 'a'},
                           {.sender = &other, .item = 'b'},
                           {.sender = &pipe.sender, .item = 'c'}};
    struct trio_nursery nursery;

    pipe_open(&pipe, 0);
    CHECK_OK(trio_sender_clone(&pipe.sender, &other));
    trio_nursery_open(&nursery);
    hands_start(&nursery, hands, COUNT(hands));
    trio_sender_close(&pipe.sender);
    CHECK_EQ(pipe_look(&pipe).sending, 1);
    CHECK_STRING(pipe_drain(&pipe), "b");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(hands[0].rc, TRIO_ECLOSED);
    CHECK_OK(hands[1].rc);
    CHECK_STATUS(hands[2].rc, TRIO_ECLOSED);
    trio_sender_close(&other);
    pipe_close(&pipe);
}

// S58
TEST(channel, closing_a_receiver_wakes_those_who_wait_through_it_and_no_others)
{
    struct trio_receiver other;
    struct pipe pipe;
    struct hand hands[] = {{.receiver = &pipe.receiver},
                           {.receiver = &other},
                           {.receiver = &pipe.receiver}};
    struct trio_nursery nursery;

    pipe_open(&pipe, 0);
    CHECK_OK(trio_receiver_clone(&pipe.receiver, &other));
    trio_nursery_open(&nursery);
    hands_start(&nursery, hands, COUNT(hands));
    trio_receiver_close(&pipe.receiver);
    pipe_fill(&pipe, "b");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(hands[0].rc, TRIO_ECLOSED);
    CHECK_EQ(hands[1].item, 'b');
    CHECK_STATUS(hands[2].rc, TRIO_ECLOSED);
    trio_receiver_close(&other);
    pipe_close(&pipe);
}
