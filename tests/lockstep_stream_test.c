// What trio/lockstep_stream.h promises beyond the stream contract.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/lockstep_stream.h>

#include "tests/check.h"
#include "tests/sockets.h"

struct ends {
    struct trio_lockstep_stream near;
    struct trio_lockstep_stream far;
};

// Receives up to `size` bytes and writes them down.
TRIO_PARKS static void check_received(struct ends *ends, size_t size,
                                      const char *expected)
{
    char buffer[16] = {0};
    size_t length = 0;

    CHECK_OK(
        trio_stream_receive_some(&ends->far.stream, buffer, size, &length));
    CHECK_EQ(length, strlen(expected));
    CHECK_STRING(buffer, expected);
}

// S63
TEST(lockstep_stream, send_all_returns_when_all_is_received)
{
    struct ends ends;
    char text[] = "abcde";
    struct transfer sending = {
        .stream = &ends.near.stream, .data = text, .size = 5};
    struct trio_nursery nursery;

    trio_lockstep_stream_pair(&ends.near, &ends.far);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &sending));
    settle();
    CHECK(!sending.done);
    check_received(&ends, 2, "ab");
    settle();
    CHECK(!sending.done);
    check_received(&ends, 8, "cde");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(sending.rc);
    CHECK_EQ(sending.length, 5);
}

// S63
TEST(lockstep_stream, it_is_writable_while_the_peer_receives)
{
    struct ends ends;
    char buffer[8];
    struct transfer waiting = {.stream = &ends.near.stream};
    struct transfer receiving = {
        .stream = &ends.far.stream, .data = buffer, .size = sizeof(buffer)};
    struct trio_nursery nursery;

    trio_lockstep_stream_pair(&ends.near, &ends.far);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_writable_once, &waiting));
    settle();
    CHECK(!waiting.done);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &receiving));
    settle();
    CHECK(waiting.done && !receiving.done);
    CHECK_OK(waiting.rc);
    CHECK_OK(trio_stream_wait_writable(&ends.near.stream)); // And still is.
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S14, S63
TEST(lockstep_stream, a_cancelled_send_all_says_what_was_received)
{
    struct ends ends;
    char text[] = "abcde";
    struct transfer sending = {
        .stream = &ends.near.stream, .data = text, .size = 5};
    struct trio_nursery nursery;

    trio_lockstep_stream_pair(&ends.near, &ends.far);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &sending));
    check_received(&ends, 3, "abc");
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(sending.rc, TRIO_ECANCELED);
    CHECK_EQ(sending.length, 3);

    sending =
        (struct transfer){.stream = &ends.near.stream, .data = text, .size = 1};
    trio_nursery_open(&nursery); // Nothing is left of the rest.
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &sending));
    check_received(&ends, 8, "a");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S15, S63
TEST(lockstep_stream, what_was_received_when_it_was_cancelled_was_sent)
{
    struct ends ends;
    char text[] = "ab";
    char buffer[8];
    struct transfer sending = {
        .stream = &ends.near.stream, .data = text, .size = 2};
    struct transfer receiving = {
        .stream = &ends.far.stream, .data = buffer, .size = sizeof(buffer)};
    struct trio_nursery outer, inner;

    trio_lockstep_stream_pair(&ends.near, &ends.far);
    trio_nursery_open(&outer);
    trio_nursery_open(&inner);
    CHECK_OK(trio_nursery_start_soon(&outer, receive_once, &receiving));
    settle();
    CHECK_OK(trio_nursery_start_soon(&inner, send_once, &sending));
    CHECK_OK(trio_checkpoint());
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&inner), NULL);
    CHECK_OK(trio_nursery_close(&inner, TRIO_OK));
    CHECK(sending.length == 0 || sending.length == 2);
    settle();
    CHECK_EQ(receiving.done ? receiving.length : 0, sending.length);
    if (sending.rc == TRIO_OK)
        CHECK_EQ(sending.length, 2);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&outer), NULL);
    CHECK_OK(trio_nursery_close(&outer, TRIO_OK));
}

// S63
TEST(lockstep_stream, closed_half_way_the_sender_knows_how_far_it_came)
{
    struct ends ends;
    char text[] = "abcde";
    struct transfer sending = {
        .stream = &ends.near.stream, .data = text, .size = 5};
    struct trio_nursery nursery;

    trio_lockstep_stream_pair(&ends.near, &ends.far);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &sending));
    check_received(&ends, 3, "abc");
    CHECK_OK(trio_stream_close(&ends.far.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(sending.rc, TRIO_EBROKEN);
    CHECK_EQ(sending.length, 3);
}

// S63
TEST(lockstep_stream, one_way_each_end_does_one_thing)
{
    struct ends ends;
    char byte;
    size_t length;

    trio_lockstep_stream_one_way_pair(&ends.near, &ends.far);
    CHECK_STATUS(trio_stream_receive_some(&ends.near.stream, &byte, 1, &length),
                 TRIO_ENOTSUP);
    CHECK_STATUS(trio_stream_send_all(&ends.far.stream, "x", 1, NULL),
                 TRIO_ENOTSUP);
    CHECK_STATUS(trio_stream_send_eof(&ends.near.stream), TRIO_ENOTSUP);
}
