// What trio/channel.h promises, clause by clause, in virtual time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/channel.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/pipe.h"
#include "tests/tasks.h"

// ---- Capacity ----

// S58
TEST(channel, of_capacity_0_is_a_rendezvous)
{
    struct pipe pipe;
    struct hand hand = {.sender = &pipe.sender, .item = 'a'};
    struct trio_nursery nursery;
    char item = '-';

    pipe_open(&pipe, 0);
    CHECK_STATUS(trio_channel_send_nowait(&pipe.sender, "x"), TRIO_EWOULDBLOCK);
    trio_nursery_open(&nursery);
    hands_start(&nursery, &hand, 1);
    CHECK(!hand.done);
    CHECK_OK(trio_channel_receive(&pipe.receiver, &item));
    CHECK_EQ(item, 'a');
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(hand.rc);
    CHECK_STATUS(trio_channel_receive_nowait(&pipe.receiver, &item),
                 TRIO_EWOULDBLOCK);
    pipe_close(&pipe);
}

// S58
TEST(channel, of_capacity_n_buffers_n)
{
    struct pipe pipe;

    pipe_open(&pipe, PIPE_ROOM);
    pipe_fill(&pipe, "abcd");
    CHECK_STATUS(trio_channel_send_nowait(&pipe.sender, "e"), TRIO_EWOULDBLOCK);
    CHECK_STRING(pipe_drain(&pipe), "abcd");
    pipe_close(&pipe);
}

// S58
TEST(channel, without_bound_never_waits_to_send)
{
    struct trio_channel channel;
    struct trio_sender sender;
    struct trio_receiver receiver;
    int received = 0;

    trio_channel_open(&channel, sizeof(int), NULL, TRIO_CHANNEL_UNBOUNDED,
                      &sender, &receiver);
    // Begun in the middle of the ring, so that it grows round its end.
    for (int i = 0; i < 10; i++)
        CHECK_OK(trio_channel_send_nowait(&sender, &i));
    for (int i = 0; i < 10; i++)
        CHECK_OK(trio_channel_receive_nowait(&receiver, &received));
    for (int i = 0; i < 1000; i++)
        CHECK_OK(trio_channel_send_nowait(&sender, &i));
    for (int i = 0; i < 1000; i++) {
        CHECK_OK(trio_channel_receive_nowait(&receiver, &received));
        CHECK_EQ(received, i);
    }
    CHECK_EQ(trio_channel_statistics(&channel).peak, 1000);
    trio_sender_close(&sender);
    trio_receiver_close(&receiver);
}

static TRIO_CHECKPOINT trio_status outgrow_memory(void *arg)
{
    struct failing_memory *memory = arg;
    size_t blocks = memory->blocks;
    struct pipe pipe;
    char item;

    pipe_open(&pipe, TRIO_CHANNEL_UNBOUNDED);
    while (trio_channel_statistics(&pipe.channel).buffered < 16)
        CHECK_OK(trio_channel_send(&pipe.sender, "x"));
    memory->fail_at = memory->requests + 1;
    CHECK_STATUS(trio_channel_send(&pipe.sender, "y"), TRIO_ENOMEM);
    CHECK_EQ(pipe_look(&pipe).buffered, 16);
    CHECK_OK(trio_channel_send(&pipe.sender, "z"));
    for (int i = 0; i < 17; i++) {
        CHECK_OK(trio_channel_receive(&pipe.receiver, &item));
        CHECK_EQ(item, i < 16 ? 'x' : 'z');
    }
    CHECK(memory->blocks > blocks);
    pipe_close(&pipe);
    CHECK_EQ(memory->blocks, blocks);
    return TRIO_OK;
}

// S58
TEST_PLAIN(channel, without_bound_and_out_of_memory_is_as_it_was)
{
    struct failing_memory memory;
    struct capture capture;

    capture_open(&capture);
    failing_memory_open(&memory, &capture.config);
    CHECK_OK(capture_run(&capture, outgrow_memory, &memory));
    capture_close(&capture);
}

// ---- Order ----

// S58
TEST(channel, values_come_out_in_the_order_of_sending)
{
    struct pipe pipe;

    pipe_open(&pipe, PIPE_ROOM);
    for (int round = 0; round < 5; round++) {
        pipe_fill(&pipe, "abc");
        CHECK_STRING(pipe_drain(&pipe), "abc");
    }
    pipe_close(&pipe);
}

// S58
TEST(channel, who_waits_longest_sends_first)
{
    struct pipe pipe;
    struct hand hands[] = {{.sender = &pipe.sender, .item = 'a'},
                           {.sender = &pipe.sender, .item = 'b'},
                           {.sender = &pipe.sender, .item = 'c'}};
    struct trio_nursery nursery;

    pipe_open(&pipe, 0);
    trio_nursery_open(&nursery);
    hands_start(&nursery, hands, COUNT(hands));
    CHECK_STRING(pipe_drain(&pipe), "abc");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    pipe_close(&pipe);
}

// S58
TEST(channel, who_waits_longest_receives_first)
{
    struct pipe pipe;
    struct hand hands[] = {{.receiver = &pipe.receiver},
                           {.receiver = &pipe.receiver},
                           {.receiver = &pipe.receiver}};
    struct trio_nursery nursery;

    pipe_open(&pipe, PIPE_ROOM);
    trio_nursery_open(&nursery);
    hands_start(&nursery, hands, COUNT(hands));
    pipe_fill(&pipe, "abcd");
    CHECK_EQ(pipe_look(&pipe).buffered, 1); // The others were handed over.
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (size_t i = 0; i < COUNT(hands); i++)
        CHECK_EQ(hands[i].item, 'a' + (int)i);
    pipe_close(&pipe);
}

// S58
TEST(channel, a_receive_from_a_full_buffer_promotes_the_first_sender_at_once)
{
    struct pipe pipe;
    struct hand hands[] = {{.sender = &pipe.sender, .item = 'c'},
                           {.sender = &pipe.sender, .item = 'd'}};
    struct trio_nursery nursery;
    char item;

    pipe_open(&pipe, 2);
    pipe_fill(&pipe, "ab");
    trio_nursery_open(&nursery);
    hands_start(&nursery, hands, COUNT(hands));
    CHECK_OK(trio_channel_receive_nowait(&pipe.receiver, &item));
    CHECK_EQ(item, 'a');
    CHECK_EQ(pipe_look(&pipe).buffered, 2);
    CHECK_EQ(pipe_look(&pipe).sending, 1);
    // Nobody who comes later gets into its place.
    CHECK_STATUS(trio_channel_send_nowait(&pipe.sender, "x"), TRIO_EWOULDBLOCK);
    CHECK_STRING(pipe_drain(&pipe), "bcd");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    pipe_close(&pipe);
}

// ---- Batches ----

// S58
TEST(channel, a_batch_is_what_is_there_up_to_its_size)
{
    struct pipe pipe;
    struct hand hand = {.sender = &pipe.sender, .item = 'e'};
    struct trio_nursery nursery;
    char items[PIPE_ROOM] = "";
    size_t count = 0;

    pipe_open(&pipe, PIPE_ROOM);
    pipe_fill(&pipe, "abcd");
    trio_nursery_open(&nursery);
    hands_start(&nursery, &hand, 1);
    CHECK_OK(trio_channel_receive_batch(&pipe.receiver, items, 3, &count));
    CHECK_EQ(count, 3);
    CHECK(memcmp(items, "abc", 3) == 0);
    CHECK_OK(trio_channel_receive_batch(&pipe.receiver, items, 3, &count));
    CHECK_EQ(count, 2); // Also of a sender that had to wait.
    CHECK(memcmp(items, "de", 2) == 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(trio_channel_receive_batch(&pipe.receiver, items, 0, &count),
                 TRIO_EINVAL);
    pipe_close(&pipe);
}

static TRIO_CHECKPOINT trio_status receive_batch(void *arg)
{
    struct hand *hand = arg;
    char items[PIPE_ROOM];
    size_t count = 0;

    hand->rc =
        trio_channel_receive_batch(hand->receiver, items, PIPE_ROOM, &count);
    for (size_t i = 0; i < count; i++)
        log_add(hand->log, items[i]);
    return hand->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

// S58
TEST(channel, a_batch_waits_for_its_first_item_only)
{
    struct log log = {0};
    struct pipe pipe;
    struct hand hand = {.receiver = &pipe.receiver, .log = &log};
    struct trio_nursery nursery;

    pipe_open(&pipe, PIPE_ROOM);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_batch, &hand));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    pipe_fill(&pipe, "ab");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(hand.rc);
    CHECK_LOG(log, "ab");
    pipe_close(&pipe);
}

// S58
TEST(channel, a_batch_keeps_what_it_got_when_its_handle_is_closed)
{
    struct log log = {0};
    struct pipe pipe;
    struct hand hand = {.receiver = &pipe.receiver, .log = &log};
    struct trio_nursery nursery;

    pipe_open(&pipe, PIPE_ROOM);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_batch, &hand));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    pipe_fill(&pipe, "a");
    trio_receiver_close(&pipe.receiver);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(hand.rc);
    CHECK_LOG(log, "a");
    pipe_close(&pipe);
}

// ---- Cancellation ----

// S14, S58
TEST(channel, cancelled_at_entry_nothing_is_sent_and_nothing_taken)
{
    struct trio_cancel_scope scope;
    struct pipe pipe;
    char item = '-';
    size_t count = 7;

    pipe_open(&pipe, PIPE_ROOM);
    pipe_fill(&pipe, "a");
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_STATUS(trio_channel_send(&pipe.sender, "x"), TRIO_ECANCELED);
    CHECK_STATUS(trio_channel_receive_batch(&pipe.receiver, &item, 1, &count),
                 TRIO_ECANCELED);
    trio_status rc = trio_channel_receive(&pipe.receiver, &item);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(item, '-');
    CHECK_EQ(count, 7);
    CHECK_STRING(pipe_drain(&pipe), "a");
    pipe_close(&pipe);
}

// S58
TEST(channel, cancelled_while_waiting_leaves_no_trace)
{
    struct pipe pipe;
    struct hand sender = {.sender = &pipe.sender, .item = 'a'};
    struct hand receiver = {.receiver = &pipe.receiver, .item = '-'};
    struct hand *hands[] = {&sender, &receiver};

    for (size_t i = 0; i < COUNT(hands); i++) {
        struct trio_nursery nursery;
        char item = '-';

        pipe_open(&pipe, 0);
        trio_nursery_open(&nursery);
        hands_start(&nursery, hands[i], 1);
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
        CHECK_EQ(pipe_look(&pipe).sending + pipe_look(&pipe).receiving, 0);
        CHECK_STATUS(trio_channel_send_nowait(&pipe.sender, "x"),
                     TRIO_EWOULDBLOCK);
        CHECK_STATUS(trio_channel_receive_nowait(&pipe.receiver, &item),
                     TRIO_EWOULDBLOCK);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_STATUS(hands[i]->rc, TRIO_ECANCELED);
        pipe_close(&pipe);
    }
    CHECK_EQ(receiver.item, '-');
}

// S15, S58
TEST(channel, cancelled_after_the_hand_over_it_has_succeeded)
{
    struct pipe pipe;
    struct hand sender = {.sender = &pipe.sender, .item = 'a'};
    struct hand receiver = {.receiver = &pipe.receiver};
    struct trio_nursery nursery;
    char item = '-';

    pipe_open(&pipe, 0);
    trio_nursery_open(&nursery);
    hands_start(&nursery, &sender, 1);
    CHECK_OK(trio_channel_receive_nowait(&pipe.receiver, &item));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(sender.rc);
    CHECK_EQ(item, 'a');

    trio_nursery_open(&nursery);
    hands_start(&nursery, &receiver, 1);
    pipe_fill(&pipe, "b");
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(receiver.rc);
    CHECK_EQ(receiver.item, 'b');
    pipe_close(&pipe);
}

// S12, S16, S58
TEST(channel, every_send_and_receive_lets_others_run)
{
    struct pipe pipe;
    uint64_t pass = pass_number();
    char item;
    size_t count;

    pipe_open(&pipe, PIPE_ROOM);
    CHECK_OK(trio_channel_send(&pipe.sender, "a"));
    CHECK(pass_number() > pass);
    pass = pass_number();
    CHECK_OK(trio_channel_receive(&pipe.receiver, &item));
    CHECK(pass_number() > pass);
    pass = pass_number();
    CHECK_STATUS(trio_channel_receive_batch(&pipe.receiver, &item, 0, &count),
                 TRIO_EINVAL);
    CHECK(pass_number() > pass);
    pass = pass_number();
    pipe_close(&pipe);
    CHECK_STATUS(trio_channel_send(&pipe.sender, "a"), TRIO_ECLOSED);
    CHECK(pass_number() > pass);
    pass = pass_number();
    CHECK_STATUS(trio_channel_receive(&pipe.receiver, &item), TRIO_ECLOSED);
    CHECK(pass_number() > pass);
}

// ---- Statistics ----

// S58
TEST(channel, statistics_count_what_there_is)
{
    struct trio_receiver other;
    struct pipe pipe;
    struct hand hands[] = {{.sender = &pipe.sender, .item = 'c'},
                           {.sender = &pipe.sender, .item = 'd'}};
    struct trio_nursery nursery;

    pipe_open(&pipe, 2);
    CHECK_OK(trio_receiver_clone(&pipe.receiver, &other));
    pipe_fill(&pipe, "ab");
    trio_nursery_open(&nursery);
    hands_start(&nursery, hands, COUNT(hands));
    struct trio_channel_statistics now = pipe_look(&pipe);
    CHECK_EQ(now.buffered, 2);
    CHECK_EQ(now.capacity, 2);
    CHECK_EQ(now.senders, 1);
    CHECK_EQ(now.receivers, 2);
    CHECK_EQ(now.sending, 2);
    CHECK_EQ(now.receiving, 0);
    CHECK_EQ(now.sent, 2);
    CHECK_STRING(pipe_drain(&pipe), "abcd");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_receiver_close(&other);
    now = pipe_look(&pipe);
    CHECK_EQ(now.buffered, 0);
    CHECK_EQ(now.peak, 2);
    CHECK_EQ(now.sent, 4);
    CHECK_EQ(now.receivers, 1);
    CHECK_EQ(now.sending, 0);
    pipe_close(&pipe);
}
