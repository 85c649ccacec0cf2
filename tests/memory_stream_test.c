// What trio/memory_stream.h promises beyond the stream contract.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/memory_stream.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/tasks.h"

// Receives what is there, up to a few bytes.
static TRIO_CHECKPOINT trio_status receive(struct trio_memory_stream *stream,
                                           struct log *log)
{
    char buffer[8];
    size_t length;
    trio_status rc = trio_stream_receive_some(&stream->stream, buffer,
                                              sizeof(buffer), &length);

    for (size_t i = 0; rc == TRIO_OK && i < length; i++)
        log_add(log, buffer[i]);
    return rc;
}

static void close_both(struct trio_memory_stream *a,
                       struct trio_memory_stream *b)
{
    trio_stream_close_forcefully(&a->stream);
    trio_stream_close_forcefully(&b->stream);
}

// S63
TEST(memory_stream, sending_never_waits)
{
    struct trio_memory_stream near, far;
    static char zeros[100000];
    size_t length, total = 0;

    trio_memory_stream_pair(&near, &far);
    for (int i = 0; i < 10; i++) {
        CHECK_OK(trio_stream_wait_writable(&near.stream));
        CHECK_OK(
            trio_stream_send_all(&near.stream, zeros, sizeof(zeros), NULL));
    }
    CHECK_OK(trio_stream_send_eof(&near.stream));
    while (trio_stream_receive_some(&far.stream, zeros, sizeof(zeros),
                                    &length) == TRIO_OK)
        total += length;
    CHECK_EQ(total, 10 * sizeof(zeros));
    close_both(&near, &far);
}

// S63
TEST(memory_stream, room_in_the_block_is_used_again)
{
    struct trio_memory_stream near, far;
    char buffer[100] = {0};
    size_t length;

    trio_memory_stream_pair(&near, &far);
    for (int i = 0; i < 1000; i++) {
        CHECK_OK(trio_stream_send_all(&near.stream, buffer, 100, NULL));
        CHECK_OK(trio_stream_receive_some(&far.stream, buffer,
                                          i % 10 == 0 ? 50 : 100, &length));
        if (i % 10 == 1)
            CHECK_OK(
                trio_stream_receive_some(&far.stream, buffer, 100, &length));
    }
    CHECK(far.block_size <= 1000);
    close_both(&near, &far);
}

// S63
TEST(memory_stream, one_way_each_end_does_one_thing)
{
    struct trio_memory_stream sender, receiver;
    struct log log = {0};

    trio_memory_stream_one_way_pair(&sender, &receiver);
    CHECK_OK(trio_stream_send_all(&sender.stream, "ab", 2, NULL));
    CHECK_OK(receive(&receiver, &log));
    CHECK_LOG(log, "ab");
    CHECK_STATUS(receive(&sender, &log), TRIO_ENOTSUP);
    CHECK_STATUS(trio_stream_send_all(&receiver.stream, "x", 1, NULL),
                 TRIO_ENOTSUP);
    CHECK_STATUS(trio_stream_send_eof(&sender.stream), TRIO_ENOTSUP);
    close_both(&sender, &receiver);
}

// S63
TEST(memory_stream, an_orderly_close_is_an_end_and_a_forceful_one_is_not)
{
    struct trio_memory_stream near, far;
    struct log log = {0};

    trio_memory_stream_pair(&near, &far);
    CHECK_OK(trio_stream_send_all(&near.stream, "ab", 2, NULL));
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(receive(&far, &log));
    CHECK_STATUS(receive(&far, &log), TRIO_EEND);
    close_both(&near, &far);

    trio_memory_stream_pair(&near, &far);
    CHECK_OK(trio_stream_send_all(&near.stream, "cd", 2, NULL));
    trio_stream_close_forcefully(&near.stream);
    CHECK_STATUS(receive(&far, &log), TRIO_EBROKEN);
    CHECK_LOG(log, "ab");
    close_both(&near, &far);
}

// ---- Hooks ----

struct hooked {
    struct trio_memory_stream *peer;
    struct log *log;
    size_t pumped; // At a time.
    trio_status rc;
};

static trio_status pump(struct trio_memory_stream *stream, void *arg)
{
    struct hooked *hooked = arg;

    (void)stream;
    log_add(hooked->log, 's');
    trio_memory_stream_pump(hooked->peer, hooked->pumped);
    return hooked->rc;
}

static TRIO_CHECKPOINT trio_status
pump_slowly(struct trio_memory_stream *stream, void *arg)
{
    trio_status rc = trio_sleep(TRIO_SECOND);

    return rc == TRIO_OK ? pump(stream, arg) : rc;
}

static trio_status before_receiving(struct trio_memory_stream *stream,
                                    void *arg)
{
    struct hooked *hooked = arg;

    log_add(hooked->log, 'r');
    trio_memory_stream_pump(stream, SIZE_MAX);
    return hooked->rc;
}

static void after_closing(struct trio_memory_stream *stream, void *arg)
{
    struct hooked *hooked = arg;

    CHECK(stream->closed);
    log_add(hooked->log, 'c');
    trio_memory_stream_pump(hooked->peer, SIZE_MAX);
}

// S63
TEST(memory_stream, with_a_hook_only_the_pump_delivers)
{
    struct trio_memory_stream near, far;
    struct log log = {0};
    struct hooked hooked = {&far, &log, 2, TRIO_OK};

    trio_memory_stream_pair(&near, &far);
    near.hooks =
        (struct trio_memory_stream_hooks){.send_all = pump, .arg = &hooked};
    CHECK_OK(trio_stream_send_all(&near.stream, "abcde", 5, NULL));
    CHECK_OK(receive(&far, &log));
    CHECK_LOG(log, "sab"); // The rest is under way.
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_EQ(trio_memory_stream_pump(&far, 1), 1);
    CHECK_OK(receive(&far, &log));
    CHECK_EQ(trio_memory_stream_pump(&far, 10), 2);
    CHECK_OK(receive(&far, &log));
    CHECK_STATUS(receive(&far, &log), TRIO_EEND);
    CHECK_LOG(log, "sabcde");
    close_both(&near, &far);
}

// S63
TEST(memory_stream, all_hooks_are_called)
{
    struct trio_memory_stream near, far;
    struct log log = {0};
    struct hooked near_hooked = {&far, &log, 0, TRIO_OK};
    struct hooked far_hooked = {&near, &log, 0, TRIO_OK};

    trio_memory_stream_pair(&near, &far);
    near.hooks = (struct trio_memory_stream_hooks){pump, before_receiving,
                                                   after_closing, &near_hooked};
    far.hooks = (struct trio_memory_stream_hooks){
        .receive_some = before_receiving, .arg = &far_hooked};
    CHECK_OK(trio_stream_send_all(&near.stream, "a", 1, NULL));
    CHECK_OK(receive(&far, &log));
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_OK(trio_stream_close(&near.stream));
    CHECK_STATUS(receive(&far, &log), TRIO_EEND);
    CHECK_LOG(log, "sracr");
    close_both(&near, &far);
}

// S63
TEST(memory_stream, the_status_of_a_hook_is_the_result)
{
    struct trio_memory_stream near, far;
    struct log log = {0};
    struct hooked hooked = {&far, &log, SIZE_MAX, TRIO_EIO};
    size_t sent = 7;

    trio_memory_stream_pair(&near, &far);
    near.hooks = (struct trio_memory_stream_hooks){pump, before_receiving, NULL,
                                                   &hooked};
    CHECK_STATUS(trio_stream_send_all(&near.stream, "ab", 2, &sent), TRIO_EIO);
    CHECK_EQ(sent, 2);
    CHECK_STATUS(receive(&near, &log), TRIO_EIO);
    near.hooks = (struct trio_memory_stream_hooks){.close = NULL};
    CHECK_OK(receive(&far, &log)); // It had been delivered.
    CHECK_LOG(log, "srab");
    close_both(&near, &far);
}

struct sending {
    struct trio_memory_stream *stream;
    size_t sent;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status send_two(void *arg)
{
    struct sending *sending = arg;

    sending->rc =
        trio_stream_send_all(&sending->stream->stream, "ab", 2, &sending->sent);
    return sending->rc;
}

// S63
TEST(memory_stream, a_hook_may_wait_and_meanwhile_the_half_is_busy)
{
    struct trio_memory_stream near, far;
    struct log log = {0};
    struct hooked hooked = {&far, &log, SIZE_MAX, TRIO_OK};
    struct sending sending = {&near, 0, TRIO_OK};
    struct trio_nursery nursery;

    trio_memory_stream_pair(&near, &far);
    near.hooks = (struct trio_memory_stream_hooks){.send_all = pump_slowly,
                                                   .arg = &hooked};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_two, &sending));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_STATUS(trio_stream_send_all(&near.stream, "x", 1, NULL), TRIO_EBUSY);
    CHECK_STATUS(trio_stream_wait_writable(&near.stream), TRIO_EBUSY);
    CHECK_STATUS(trio_stream_send_eof(&near.stream), TRIO_EBUSY);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(sending.rc);
    CHECK_OK(receive(&far, &log));
    CHECK_LOG(log, "sab");

    trio_nursery_open(&nursery); // And may be cancelled in that.
    CHECK_OK(trio_nursery_start_soon(&nursery, send_two, &sending));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(sending.rc, TRIO_ECANCELED);
    CHECK_EQ(sending.sent, 2); // The stream has taken it.
    close_both(&near, &far);
}

// ---- Memory ----

static TRIO_CHECKPOINT trio_status run_out_of_memory(void *arg)
{
    struct failing_memory *memory = arg;
    struct trio_memory_stream near, far;
    struct log log = {0};
    size_t sent = 7;

    trio_memory_stream_pair(&near, &far);
    memory->fail_at = memory->requests + 1;
    CHECK_STATUS(trio_stream_send_all(&near.stream, "ab", 2, &sent),
                 TRIO_ENOMEM);
    CHECK_EQ(sent, 0);
    CHECK_OK(trio_stream_send_all(&near.stream, "cd", 2, &sent));
    CHECK_OK(receive(&far, &log));
    CHECK_LOG(log, "cd");
    CHECK_OK(trio_stream_send_all(&near.stream, "lost", 4, &sent));
    close_both(&near, &far);
    return TRIO_OK;
}

// S63
TEST_SEEDED(memory_stream, without_memory_nothing_is_sent_and_none_is_lost)
{
    struct capture capture;
    struct failing_memory memory;

    capture_open(&capture);
    failing_memory_open(&memory, &capture.config);
    CHECK_OK(capture_run(&capture, run_out_of_memory, &memory));
    capture_close(&capture);
    CHECK_EQ(memory.failures, 1);
    CHECK_EQ(memory.blocks, 0);
}
