// What trio/writer.h promises, clause by clause.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/writer.h>

#include <string.h>

#include <trio/lockstep_stream.h>
#include <trio/memory_stream.h>
#include <trio/nursery.h>
#include <trio/testing.h>

#include "tests/check.h"

static void close_both(struct trio_memory_stream *near,
                       struct trio_memory_stream *far)
{
    trio_stream_close_forcefully(&near->stream);
    trio_stream_close_forcefully(&far->stream);
}

TEST(writer, sends_when_flushed)
{
    struct trio_memory_stream near, far;
    struct trio_writer writer;
    char buffer[8], received[8];
    size_t length = 0;

    trio_memory_stream_pair(&near, &far);
    trio_writer_init(&writer, &near.stream, buffer, sizeof(buffer));
    CHECK_OK(trio_writer_write(&writer, "ab", 2, NULL));
    CHECK_OK(trio_writer_write(&writer, "cd", 2, NULL));
    CHECK_EQ(trio_writer_held(&writer), 4);
    CHECK_OK(trio_writer_flush(&writer));
    CHECK_EQ(trio_writer_held(&writer), 0);
    CHECK_OK(trio_stream_receive_some(&far.stream, received, sizeof(received),
                                      &length));
    if (CHECK_EQ(length, 4))
        CHECK(memcmp(received, "abcd", 4) == 0);
    close_both(&near, &far);
}

TEST(writer, sends_what_does_not_fit)
{
    struct trio_memory_stream near, far;
    struct trio_writer writer;
    char buffer[4], received[16];
    size_t length = 0, written = 0;

    trio_memory_stream_pair(&near, &far);
    trio_writer_init(&writer, &near.stream, buffer, sizeof(buffer));
    CHECK_OK(trio_writer_write(&writer, "abc", 3, NULL));
    CHECK_OK(trio_writer_write(&writer, "defghijkl", 9, &written));
    CHECK_EQ(written, 9);
    CHECK_OK(trio_writer_flush(&writer));
    CHECK_OK(trio_stream_receive_some(&far.stream, received, sizeof(received),
                                      &length));
    if (CHECK_EQ(length, 12))
        CHECK(memcmp(received, "abcdefghijkl", 12) == 0);
    close_both(&near, &far);
}

TEST(writer, a_cancelled_flush_keeps_what_was_not_sent)
{
    struct trio_lockstep_stream near, far;
    struct trio_writer writer;
    struct trio_cancel_scope scope;
    char buffer[8];

    trio_lockstep_stream_pair(&near, &far);
    trio_writer_init(&writer, &near.stream, buffer, sizeof(buffer));
    CHECK_OK(trio_writer_write(&writer, "abcd", 4, NULL));
    trio_move_on_after(&scope, TRIO_MS);
    trio_status rc = trio_writer_flush(&writer);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(trio_writer_held(&writer), 4);
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
}

struct sender {
    struct trio_writer writer;
    size_t written;
};

static TRIO_CHECKPOINT trio_status write_much(void *arg)
{
    struct sender *sender = arg;

    return trio_writer_write(&sender->writer, "abcdefgh", 8, &sender->written);
}

static TRIO_CHECKPOINT trio_status write_one(void *arg)
{
    return trio_writer_write(arg, "x", 1, NULL);
}

// S14
TEST(writer, a_write_that_is_only_held_lets_others_run)
{
    struct trio_memory_stream near, far;
    struct trio_writer writer;
    char buffer[8];

    trio_memory_stream_pair(&near, &far);
    trio_writer_init(&writer, &near.stream, buffer, sizeof(buffer));
    CHECK_OK(trio_assert_checkpoints(write_one, &writer));
    CHECK_EQ(trio_writer_held(&writer), 1);
    close_both(&near, &far);
}

TEST(writer, a_second_task_is_told_that_it_is_busy)
{
    struct trio_lockstep_stream near, far;
    struct sender sender;
    struct trio_nursery nursery;
    char buffer[4];

    trio_lockstep_stream_pair(&near, &far);
    trio_writer_init(&sender.writer, &near.stream, buffer, sizeof(buffer));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, write_much, &sender));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_STATUS(trio_writer_flush(&sender.writer), TRIO_EBUSY);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
}

TEST(writer, a_cancelled_write_says_how_much_was_sent_or_is_held)
{
    struct trio_lockstep_stream near, far;
    struct sender sender;
    struct trio_nursery nursery;
    char buffer[4], received[3];
    size_t length = 0;

    trio_lockstep_stream_pair(&near, &far);
    trio_writer_init(&sender.writer, &near.stream, buffer, sizeof(buffer));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, write_much, &sender));
    trio_status rc = trio_stream_receive_some(&far.stream, received,
                                              sizeof(received), &length);
    CHECK_OK(rc);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(sender.written, length + trio_writer_held(&sender.writer));
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
}
