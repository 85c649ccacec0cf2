// What trio/reader.h promises, clause by clause.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/reader.h>

#include <string.h>

#include <trio/error.h>
#include <trio/memory_stream.h>
#include <trio/nursery.h>
#include <trio/testing.h>

#include "tests/check.h"

struct kit {
    struct trio_memory_stream near, far;
    struct trio_reader reader;
    char buffer[8];
    char *data;
    size_t length;
};

static void kit_open(struct kit *kit)
{
    trio_memory_stream_pair(&kit->near, &kit->far);
    trio_reader_init(&kit->reader, &kit->far.stream, kit->buffer,
                     sizeof(kit->buffer));
}

static void kit_close(struct kit *kit)
{
    trio_stream_close_forcefully(&kit->near.stream);
    trio_stream_close_forcefully(&kit->far.stream);
}

static TRIO_CHECKPOINT trio_status feed(struct kit *kit, const char *text)
{
    return trio_stream_send_all(&kit->near.stream, text, strlen(text), NULL);
}

static void check_piece(const struct kit *kit, trio_status rc, const char *text)
{
    if (CHECK_OK(rc) && CHECK_EQ(kit->length, strlen(text)))
        CHECK(memcmp(kit->data, text, kit->length) == 0);
}

TEST(reader, takes_exactly_what_is_asked_for)
{
    struct kit kit;

    kit_open(&kit);
    CHECK_OK(feed(&kit, "abcdefghij"));
    kit.length = 3;
    check_piece(&kit, trio_reader_peek(&kit.reader, 3, &kit.data), "abc");
    check_piece(&kit, trio_reader_read(&kit.reader, 3, &kit.data), "abc");
    kit.length = 7;
    check_piece(&kit, trio_reader_read(&kit.reader, 7, &kit.data), "defghij");
    CHECK_EQ(trio_reader_held(&kit.reader), 0);
    kit_close(&kit);
}

TEST(reader, a_line_ends_with_lf_or_crlf)
{
    struct kit kit;

    kit_open(&kit);
    CHECK_OK(feed(&kit, "one\r\n\ntwo\nrest"));
    CHECK_OK(trio_stream_send_eof(&kit.near.stream));
    check_piece(&kit,
                trio_reader_read_line(&kit.reader, &kit.data, &kit.length),
                "one");
    check_piece(&kit,
                trio_reader_read_line(&kit.reader, &kit.data, &kit.length), "");
    check_piece(&kit,
                trio_reader_read_line(&kit.reader, &kit.data, &kit.length),
                "two");
    CHECK_STATUS(trio_reader_read_line(&kit.reader, &kit.data, &kit.length),
                 TRIO_EEND);
    CHECK_EQ(trio_reader_held(&kit.reader), 4);
    kit_close(&kit);
}

TEST(reader, the_buffer_is_a_hard_limit)
{
    struct kit kit;

    kit_open(&kit);
    CHECK_OK(feed(&kit, "abcdefghi;"));
    CHECK_STATUS(
        trio_reader_read_until(&kit.reader, ';', &kit.data, &kit.length),
        TRIO_EMSGSIZE);
    CHECK_STRING(trio_error_last()->text, "read a piece of more than 8 bytes");
    CHECK_EQ(trio_reader_held(&kit.reader), 8);
    CHECK_STATUS(trio_reader_read(&kit.reader, 9, &kit.data), TRIO_EMSGSIZE);
    CHECK_OK(trio_reader_read(&kit.reader, 8, &kit.data));
    check_piece(
        &kit, trio_reader_read_until(&kit.reader, ';', &kit.data, &kit.length),
        "i");
    kit_close(&kit);
}

TEST(reader, a_frame_has_its_length_before_it)
{
    struct kit kit;

    kit_open(&kit);
    CHECK_OK(
        trio_stream_send_all(&kit.near.stream, "\0\3abc\0\0\0\7", 9, NULL));
    check_piece(&kit,
                trio_reader_read_frame(&kit.reader, 2, &kit.data, &kit.length),
                "abc");
    check_piece(&kit,
                trio_reader_read_frame(&kit.reader, 2, &kit.data, &kit.length),
                "");
    CHECK_STATUS(trio_reader_read_frame(&kit.reader, 2, &kit.data, &kit.length),
                 TRIO_EMSGSIZE);
    kit_close(&kit);
}

TEST(reader, a_cancelled_read_loses_no_byte)
{
    struct kit kit;
    struct trio_cancel_scope scope;

    kit_open(&kit);
    CHECK_OK(feed(&kit, "ab"));
    trio_move_on_after(&scope, TRIO_MS);
    trio_status rc = trio_reader_read_line(&kit.reader, &kit.data, &kit.length);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(trio_reader_held(&kit.reader), 2);
    CHECK_OK(feed(&kit, "c\n"));
    check_piece(&kit,
                trio_reader_read_line(&kit.reader, &kit.data, &kit.length),
                "abc");
    kit_close(&kit);
}

TEST(reader, a_stream_that_ends_in_a_frame_is_told_and_its_bytes_stay)
{
    struct kit kit;

    kit_open(&kit);
    CHECK_OK(trio_stream_send_all(&kit.near.stream, "\4abc", 4, NULL));
    CHECK_OK(trio_stream_send_eof(&kit.near.stream));
    CHECK_STATUS(trio_reader_read_frame(&kit.reader, 1, &kit.data, &kit.length),
                 TRIO_EEND);
    CHECK_EQ(trio_reader_held(&kit.reader), 4);
    kit_close(&kit);
}

TEST(reader, a_prefix_that_is_larger_than_the_buffer_does_not_fit)
{
    struct kit kit;
    struct trio_reader small;
    char buffer[2];

    kit_open(&kit);
    trio_reader_init(&small, &kit.far.stream, buffer, sizeof(buffer));
    CHECK_STATUS(trio_reader_read_frame(&small, 4, &kit.data, &kit.length),
                 TRIO_EMSGSIZE);
    kit_close(&kit);
}

static TRIO_CHECKPOINT trio_status feed_slowly(void *arg)
{
    struct kit *kit = arg;
    static const char text[] = "ab\r\n\2cd";
    trio_status rc = TRIO_OK;

    for (size_t i = 0; rc == TRIO_OK && i < sizeof(text) - 1; i++) {
        rc = trio_stream_send_all(&kit->near.stream, &text[i], 1, NULL);
        if (rc == TRIO_OK)
            rc = trio_wait_all_tasks_blocked(0);
    }
    return rc;
}

TEST(reader, a_piece_may_come_byte_by_byte)
{
    struct kit kit;
    struct trio_nursery nursery;

    kit_open(&kit);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, feed_slowly, &kit);
    CHECK_OK(rc);
    check_piece(
        &kit, trio_reader_read_line(&kit.reader, &kit.data, &kit.length), "ab");
    check_piece(&kit,
                trio_reader_read_frame(&kit.reader, 1, &kit.data, &kit.length),
                "cd");
    CHECK_OK(trio_nursery_close(&nursery, rc));
    kit_close(&kit);
}

static TRIO_CHECKPOINT trio_status read_forever(void *arg)
{
    struct kit *kit = arg;

    return trio_reader_read_line(&kit->reader, &kit->data, &kit->length);
}

TEST(reader, a_second_task_is_told_that_it_is_busy)
{
    struct kit kit;
    struct trio_nursery nursery;
    char *data;

    kit_open(&kit);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, read_forever, &kit));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_STATUS(trio_reader_peek(&kit.reader, 1, &data), TRIO_EBUSY);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    kit_close(&kit);
}
