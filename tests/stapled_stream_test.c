// What trio/stapled_stream.h promises beyond the stream contract.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/stapled_stream.h>

#include <trio/memory_stream.h>

#include "tests/check.h"

// Two connections, of which each end has one half.
struct staple {
    struct trio_memory_stream sender, sent;
    struct trio_memory_stream receiver, source;
    struct trio_stapled_stream both;
};

static void open_staple(struct staple *staple)
{
    trio_memory_stream_pair(&staple->sender, &staple->sent);
    trio_memory_stream_pair(&staple->source, &staple->receiver);
    trio_stapled_stream_init(&staple->both, &staple->sender.stream,
                             &staple->receiver.stream);
}

static void close_staple(struct staple *staple)
{
    trio_stream_close_forcefully(&staple->both.stream);
    trio_stream_close_forcefully(&staple->sent.stream);
    trio_stream_close_forcefully(&staple->source.stream);
}

static TRIO_CHECKPOINT trio_status receive(struct trio_stream *stream)
{
    char byte;
    size_t length;

    return trio_stream_receive_some(stream, &byte, 1, &length);
}

// S63
TEST(stapled_stream, each_direction_is_a_stream_of_its_own)
{
    struct staple staple;

    open_staple(&staple);
    CHECK_OK(trio_stream_send_all(&staple.both.stream, "a", 1, NULL));
    CHECK_OK(trio_stream_wait_writable(&staple.both.stream));
    CHECK_OK(receive(&staple.sent.stream));
    CHECK_OK(trio_stream_send_all(&staple.source.stream, "b", 1, NULL));
    CHECK_OK(receive(&staple.both.stream));
    close_staple(&staple);
}

// S63
TEST(stapled_stream, send_eof_is_the_senders_own_if_it_has_one)
{
    struct staple staple;

    open_staple(&staple);
    CHECK_OK(trio_stream_send_eof(&staple.both.stream));
    CHECK_STATUS(receive(&staple.sent.stream), TRIO_EEND);
    CHECK_OK(trio_stream_send_all(&staple.sent.stream, "a", 1, NULL));
    CHECK_OK(receive(&staple.sender.stream)); // It was not closed.
    close_staple(&staple);
}

// S63
TEST(stapled_stream, send_eof_closes_a_sender_that_has_none)
{
    struct staple staple;

    open_staple(&staple);
    trio_stream_close_forcefully(&staple.sender.stream);
    trio_memory_stream_one_way_pair(&staple.sender, &staple.sent);
    CHECK_OK(trio_stream_send_eof(&staple.both.stream));
    CHECK_OK(trio_stream_send_eof(&staple.both.stream));
    CHECK_STATUS(receive(&staple.sent.stream), TRIO_EEND);
    CHECK_STATUS(trio_stream_send_all(&staple.sender.stream, "x", 1, NULL),
                 TRIO_ECLOSED);
    CHECK_OK(trio_stream_send_all(&staple.source.stream, "b", 1, NULL));
    CHECK_OK(receive(&staple.both.stream));
    CHECK_OK(trio_stream_close(&staple.both.stream));
    CHECK_STATUS(trio_stream_send_eof(&staple.both.stream), TRIO_ECLOSED);
    close_staple(&staple);
}

// S63: its sender does not know whether it was ended or closed.
TEST(stapled_stream, what_was_closed_forcefully_is_not_ended)
{
    struct staple staple;

    open_staple(&staple);
    trio_stream_close_forcefully(&staple.sender.stream);
    trio_memory_stream_one_way_pair(&staple.sender, &staple.sent);
    trio_stream_close_forcefully(&staple.both.stream);
    CHECK_STATUS(trio_stream_send_eof(&staple.both.stream), TRIO_ECLOSED);
    close_staple(&staple);
}

// S63
TEST(stapled_stream, closing_closes_both_also_if_cancelled)
{
    struct staple staple;
    struct trio_cancel_scope scope;

    open_staple(&staple);
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_stream_close(&staple.both.stream);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_STATUS(receive(&staple.sent.stream), TRIO_EEND);
    CHECK_STATUS(receive(&staple.source.stream), TRIO_EEND);
    close_staple(&staple);

    open_staple(&staple);
    trio_stream_close_forcefully(&staple.both.stream);
    CHECK_STATUS(receive(&staple.sent.stream), TRIO_EBROKEN);
    CHECK_STATUS(receive(&staple.source.stream), TRIO_EBROKEN);
    close_staple(&staple);
}
