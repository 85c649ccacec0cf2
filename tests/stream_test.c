// What trio/stream.h promises, of the streams that come from TCP. The other
// side is the kernel: this runs in the real world, on the loopback, where
// nothing that was sent is under way for long.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <trio/stream.h>

#include <poll.h>
#include <sys/socket.h>

#include "tests/check.h"
#include "tests/sockets.h"

// ---- Transfers ----

TEST_REAL(stream, what_is_sent_is_received)
{
    struct pair pair;
    char buffer[16];
    size_t sent, length;

    open_pair(&pair);
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "hello", 5, &sent));
    CHECK_EQ(sent, 5);
    CHECK_OK(trio_stream_receive_some(&pair.far.stream, buffer, sizeof(buffer),
                                      &length));
    CHECK_EQ(length, 5);
    CHECK(memcmp(buffer, "hello", 5) == 0);
    CHECK_OK(trio_stream_send_all(&pair.far.stream, "h", 1, NULL));
    CHECK_OK(trio_stream_receive_some(&pair.near.stream, buffer, 1, &length));
    CHECK_EQ(length, 1);
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "", 0, &sent));
    CHECK_EQ(sent, 0);
    close_pair(&pair);
}

// S47
TEST_REAL(stream, an_empty_buffer_is_invalid)
{
    struct pair pair;
    size_t length;

    open_pair(&pair);
    CHECK_STATUS(trio_stream_receive_some(&pair.near.stream, NULL, 0, &length),
                 TRIO_EINVAL);
    close_pair(&pair);
}

// S47
TEST_REAL(stream, two_users_of_one_half_are_busy)
{
    struct pair pair;
    char buffer[4];
    size_t length;
    struct trio_nursery nursery;

    open_pair(&pair);
    fill(&pair.near.stream);
    struct transfer receiving = {&pair.near.stream, buffer, 4, 0,
                                 TRIO_OK,           false};
    struct transfer sending = {&pair.near.stream, buffer, 4, 0, TRIO_OK, false};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &receiving));
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &sending));
    settle();
    CHECK_STATUS(
        trio_stream_receive_some(&pair.near.stream, buffer, 4, &length),
        TRIO_EBUSY);
    CHECK_STATUS(trio_stream_send_all(&pair.near.stream, "x", 1, NULL),
                 TRIO_EBUSY);
    CHECK_STATUS(trio_stream_wait_writable(&pair.near.stream), TRIO_EBUSY);
    CHECK_STATUS(trio_stream_send_eof(&pair.near.stream), TRIO_EBUSY);
    CHECK(!receiving.done && !sending.done);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    close_pair(&pair);
}

// S47
TEST_REAL(stream, the_end_comes_after_the_data_and_stays)
{
    struct pair pair;
    char buffer[4];
    size_t length;

    open_pair(&pair);
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "abc", 3, NULL));
    CHECK_OK(trio_stream_close(&pair.near.stream));
    settle();
    CHECK_OK(trio_stream_receive_some(&pair.far.stream, buffer, 2, &length));
    CHECK_OK(trio_stream_receive_some(&pair.far.stream, buffer, 4, &length));
    CHECK_EQ(length, 1);
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(
            trio_stream_receive_some(&pair.far.stream, buffer, 4, &length),
            TRIO_EEND);
    close_pair(&pair);
}

// The receiver sleeps; data and end reach it in one event. A short transfer
// must not be taken for the last there will be.
TEST_REAL(stream, data_and_end_in_one_event_are_both_seen)
{
    struct pair pair;
    char buffer[100];
    size_t length;

    for (int i = 0; i < 20; i++) {
        open_pair(&pair);
        struct transfer first = {&pair.far.stream, buffer, sizeof(buffer), 0,
                                 TRIO_OK,          false};
        struct trio_nursery nursery;

        trio_nursery_open(&nursery);
        CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &first));
        settle(); // Parked and registered.
        int near = (int)pair.near.socket.handle;
        CHECK_EQ(send(near, "data", 4, 0), 4); // Past the loop: no turn
        CHECK_EQ(shutdown(near, SHUT_WR), 0);  // between the two.
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_OK(first.rc);
        CHECK_EQ(first.length, 4);
        CHECK_STATUS(trio_stream_receive_some(&pair.far.stream, buffer,
                                              sizeof(buffer), &length),
                     TRIO_EEND);
        close_pair(&pair);
    }
}

// S47
TEST_REAL(stream, half_closed_the_other_direction_lives)
{
    struct pair pair;
    char buffer[4];
    size_t length;

    open_pair(&pair);
    CHECK_OK(trio_stream_send_eof(&pair.near.stream));
    CHECK_OK(trio_stream_send_eof(&pair.near.stream));
    CHECK_STATUS(trio_stream_receive_some(&pair.far.stream, buffer, 4, &length),
                 TRIO_EEND);
    CHECK_STATUS(trio_stream_send_all(&pair.near.stream, "x", 1, NULL),
                 TRIO_ECLOSED);
    CHECK_STATUS(trio_stream_send_all(&pair.near.stream, "", 0, NULL),
                 TRIO_ECLOSED);
    CHECK_STATUS(trio_stream_wait_writable(&pair.near.stream), TRIO_ECLOSED);
    CHECK_OK(trio_stream_send_all(&pair.far.stream, "y", 1, NULL));
    CHECK_OK(trio_stream_receive_some(&pair.near.stream, buffer, 4, &length));
    CHECK_EQ(length, 1);
    close_pair(&pair);
}

// ---- A peer that is gone ----

// S47
TEST_REAL(stream, sending_to_a_peer_that_is_gone_is_broken_and_stays_so)
{
    struct pair pair;

    open_pair(&pair);
    trio_stream_close_forcefully(&pair.far.stream);
    settle();
    for (int i = 0; i < 3; i++)
        CHECK_STATUS(trio_stream_send_all(&pair.near.stream, "x", 1, NULL),
                     TRIO_EBROKEN);
    close_pair(&pair);
}

// S47
TEST_REAL(stream, a_reset_is_no_orderly_end_and_stays_broken)
{
    struct pair pair;
    char buffer[4];
    size_t length;

    open_pair(&pair);
    trio_stream_close_forcefully(&pair.far.stream);
    settle();
    for (int i = 0; i < 3; i++)
        CHECK_STATUS(
            trio_stream_receive_some(&pair.near.stream, buffer, 4, &length),
            TRIO_EBROKEN);
    close_pair(&pair);

    // Nor if the sending half has met it first.
    open_pair(&pair);
    trio_stream_close_forcefully(&pair.far.stream);
    settle();
    CHECK_STATUS(trio_stream_send_all(&pair.near.stream, "x", 1, NULL),
                 TRIO_EBROKEN);
    CHECK_STATUS(
        trio_stream_receive_some(&pair.near.stream, buffer, 4, &length),
        TRIO_EBROKEN);
    close_pair(&pair);
}

// ---- Closing ----

// S47
TEST_REAL(stream, closed_on_this_side_everything_is_closed)
{
    struct pair pair;
    char buffer[4];
    size_t length;

    open_pair(&pair);
    CHECK_OK(trio_stream_close(&pair.near.stream));
    CHECK_OK(trio_stream_close(&pair.near.stream));
    trio_stream_close_forcefully(&pair.near.stream);
    CHECK_STATUS(
        trio_stream_receive_some(&pair.near.stream, buffer, 4, &length),
        TRIO_ECLOSED);
    CHECK_STATUS(trio_stream_send_all(&pair.near.stream, "x", 1, NULL),
                 TRIO_ECLOSED);
    CHECK_STATUS(trio_stream_send_all(&pair.near.stream, "", 0, NULL),
                 TRIO_ECLOSED);
    CHECK_STATUS(trio_stream_wait_writable(&pair.near.stream), TRIO_ECLOSED);
    CHECK_STATUS(trio_stream_send_eof(&pair.near.stream), TRIO_ECLOSED);
    close_pair(&pair);
}

// S45
TEST_REAL(stream, closing_wakes_who_receives_and_who_sends)
{
    struct pair pair;
    char buffer[4] = "abc";
    struct trio_nursery nursery;

    open_pair(&pair);
    fill(&pair.near.stream);
    struct transfer receiving = {&pair.near.stream, buffer, 4, 0,
                                 TRIO_OK,           false};
    struct transfer sending = receiving;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &receiving));
    CHECK_OK(trio_nursery_start_soon(&nursery, send_once, &sending));
    settle();
    CHECK_OK(trio_stream_close(&pair.near.stream));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(receiving.rc, TRIO_ECLOSED);
    CHECK_STATUS(sending.rc, TRIO_ECLOSED);
    CHECK_EQ(sending.length, 0);
    close_pair(&pair);
}

// S47
TEST_REAL(stream, a_cancelled_close_still_closes)
{
    struct pair pair;
    char buffer[4];
    size_t length;
    struct trio_cancel_scope scope;
    size_t descriptors = count_descriptors();

    open_pair(&pair);
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_stream_close(&pair.near.stream);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(count_descriptors(), descriptors + 1);
    CHECK_STATUS(trio_stream_receive_some(&pair.far.stream, buffer, 4, &length),
                 TRIO_EEND);
    close_pair(&pair);
}

// Waits for its own stream, then closes another's and takes its number.
struct closer {
    trio_status (*wait)(struct trio_stream *stream);
    struct pair *own;
    struct pair *other;
    struct pair *fresh;
    struct trio_tcp_listener *listener;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status receive_a_byte(struct trio_stream *stream)
{
    char byte;
    size_t length;

    return trio_stream_receive_some(stream, &byte, 1, &length);
}

static TRIO_CHECKPOINT trio_status send_a_byte(struct trio_stream *stream)
{
    return trio_stream_send_all(stream, "s", 1, NULL);
}

static TRIO_CHECKPOINT trio_status wait_and_close_other(void *arg)
{
    struct closer *closer = arg;

    closer->rc = closer->wait(&closer->own->near.stream);
    if (closer->rc != TRIO_OK)
        return TRIO_OK;
    struct pair *fresh = closer->fresh;
    trio_handle number = closer->other->near.socket.handle;
    trio_stream_close_forcefully(&closer->other->near.stream);
    CHECK_OK(trio_tcp_connect(&closer->listener->address, &fresh->near));
    CHECK_OK(trio_tcp_accept(closer->listener, &fresh->far));
    CHECK_EQ(fresh->near.socket.handle, number);
    CHECK_OK(trio_stream_send_all(&fresh->far.stream, "n", 1, NULL));
    return TRIO_OK;
}

// Two tasks wait, for a stream each, until `make_ready`, which works past the
// loop, has made both ready in one batch. Whoever runs first closes the other's
// and gets its number for a new one: the other must not touch that.
static TRIO_PARKS void close_within_a_batch(
    trio_status (*wait)(struct trio_stream *stream), struct pair pairs[2],
    void (*make_ready)(struct pair *pair))
{
    struct trio_tcp_listener listener = open_listener();
    struct pair fresh;
    struct closer closers[] = {
        {wait, &pairs[0], &pairs[1], &fresh, &listener, TRIO_OK},
        {wait, &pairs[1], &pairs[0], &fresh, &listener, TRIO_OK}};
    struct trio_nursery nursery;
    char buffer[4];
    size_t length;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < 2; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, wait_and_close_other,
                                         &closers[i]));
    settle();
    for (size_t i = 0; i < 2; i++)
        make_ready(&pairs[i]);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(trio_combine(closers[0].rc, closers[1].rc), TRIO_ECLOSED);
    CHECK_OK(trio_stream_receive_some(&fresh.near.stream, buffer, 4, &length));
    CHECK_EQ(buffer[0], 'n'); // Nobody else took it,
    CHECK_EQ(recv((int)fresh.far.socket.handle, buffer, 4, 0), -1); // or sent.
    close_pair(&pairs[0]);
    close_pair(&pairs[1]);
    close_pair(&fresh);
    trio_tcp_listener_close(&listener);
}

static void send_past_the_loop(struct pair *pair)
{
    CHECK_EQ(send((int)pair->far.socket.handle, "x", 1, 0), 1);
}

// S45
TEST_REAL(stream, closed_and_reused_within_a_batch_who_receives_is_not_fooled)
{
    struct pair pairs[2];

    open_pair(&pairs[0]);
    open_pair(&pairs[1]);
    close_within_a_batch(receive_a_byte, pairs, send_past_the_loop);
}

// Until its near end has room again.
static void drain_past_the_loop(struct pair *pair)
{
    static char buffer[64 * 1024];
    struct pollfd far = {(int)pair->far.socket.handle, POLLIN, 0};
    struct pollfd near = {(int)pair->near.socket.handle, POLLOUT, 0};

    while (poll(&near, 1, 0) == 0) {
        CHECK_EQ(poll(&far, 1, -1), 1);
        CHECK(recv(far.fd, buffer, sizeof(buffer), 0) > 0);
    }
}

static TRIO_PARKS void
close_clogged_within_a_batch(trio_status (*wait)(struct trio_stream *stream))
{
    struct pair pairs[2];

    for (size_t i = 0; i < 2; i++) {
        open_pair(&pairs[i]);
        fill(&pairs[i].near.stream);
    }
    close_within_a_batch(wait, pairs, drain_past_the_loop);
}

// S45
TEST_REAL(stream, closed_and_reused_within_a_batch_who_sends_is_not_fooled)
{
    close_clogged_within_a_batch(send_a_byte);
    close_clogged_within_a_batch(trio_stream_wait_writable);
}

// ---- Cancellation ----

// S14, S47
TEST_REAL(stream, cancelled_at_entry_nothing_is_sent_or_taken)
{
    struct pair pair;
    char buffer[4];
    size_t length, sent = 7;
    struct trio_cancel_scope scope;

    open_pair(&pair);
    CHECK_OK(trio_stream_send_all(&pair.far.stream, "a", 1, NULL));
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_STATUS(
        trio_stream_receive_some(&pair.near.stream, buffer, 4, &length),
        TRIO_ECANCELED);
    CHECK_STATUS(trio_stream_send_eof(&pair.near.stream), TRIO_ECANCELED);
    trio_status rc = trio_stream_send_all(&pair.near.stream, "b", 1, &sent);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_EQ(sent, 0);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));

    CHECK_OK(trio_stream_send_all(&pair.near.stream, "c", 1, &sent));
    CHECK_OK(trio_stream_receive_some(&pair.far.stream, buffer, 4, &length));
    CHECK_EQ(length, 1);
    CHECK_EQ(buffer[0], 'c');
    CHECK_OK(trio_stream_receive_some(&pair.near.stream, buffer, 4, &length));
    CHECK_EQ(buffer[0], 'a');
    close_pair(&pair);
}

// S47
TEST_REAL(stream, cancelled_in_the_middle_send_all_says_how_far_it_came)
{
    struct pair pair;

    open_pair(&pair);
    size_t sent = fill(&pair.near.stream);
    CHECK(sent > 0);
    CHECK_OK(receive_all(&pair.far.stream, sent)); // All of that, and
    char byte;
    struct transfer more = {&pair.far.stream, &byte, 1, 0, TRIO_OK, false};
    struct trio_nursery nursery;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, receive_once, &more));
    settle();
    CHECK(!more.done); // no more.
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "x", 1, NULL));
    CHECK_OK(receive_all(&pair.far.stream, 1));
    close_pair(&pair);
}

// ---- Back-pressure ----

TEST_REAL(stream, wait_writable_waits_until_there_is_room)
{
    struct pair pair;
    struct trio_nursery nursery;

    open_pair(&pair);
    CHECK_OK(trio_stream_wait_writable(&pair.near.stream));
    size_t sent = fill(&pair.near.stream);
    struct transfer waiting = {.stream = &pair.near.stream};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_writable_once, &waiting));
    settle();
    CHECK(!waiting.done);
    CHECK_OK(receive_all(&pair.far.stream, sent));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(waiting.rc);
    close_pair(&pair);
}

#define MIB ((size_t)1 << 20)

struct flow {
    struct trio_stream *stream;
    uint64_t state; // Of both the data and the sizes.
};

static size_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return (size_t)(*state >> 33);
}

static char byte_at(size_t position)
{
    return (char)(position * 7 + position / 251);
}

static TRIO_CHECKPOINT trio_status send_a_mib(void *arg)
{
    struct flow *flow = arg;
    char chunk[20000];
    trio_status rc = TRIO_OK;

    for (size_t at = 0; at < MIB && rc == TRIO_OK;) {
        size_t size = draw(&flow->state) % sizeof(chunk) + 1;
        size = size < MIB - at ? size : MIB - at;
        for (size_t i = 0; i < size; i++)
            chunk[i] = byte_at(at + i);
        rc = trio_stream_send_all(flow->stream, chunk, size, NULL);
        at += size;
    }
    if (rc == TRIO_OK)
        rc = trio_stream_send_eof(flow->stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status receive_a_mib(void *arg)
{
    struct flow *flow = arg;
    char buffer[5000];
    size_t total = 0;
    size_t length;
    size_t wrong = 0;
    trio_status rc;

    while ((rc = trio_stream_receive_some(
                flow->stream, buffer, draw(&flow->state) % sizeof(buffer) + 1,
                &length)) == TRIO_OK) {
        for (size_t i = 0; i < length; i++)
            wrong += buffer[i] != byte_at(total + i);
        total += length;
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(total, MIB);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

TEST_REAL(stream, a_mib_each_way_at_once_comes_through_whole)
{
    struct pair pair;
    struct trio_nursery nursery;

    open_pair(&pair);
    struct flow flows[] = {{&pair.near.stream, 1},
                           {&pair.near.stream, 2},
                           {&pair.far.stream, 3},
                           {&pair.far.stream, 4}};
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(flows); i++)
        CHECK_OK(trio_nursery_start_soon(
            &nursery, i % 2 == 0 ? send_a_mib : receive_a_mib, &flows[i]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    close_pair(&pair);
}

// S12, S16
TEST_REAL(stream, every_call_lets_others_run)
{
    struct pair pair;
    char buffer[4];
    size_t length;

    open_pair(&pair);
    uint64_t begun = trio_run_statistics().passes;
    CHECK_OK(trio_stream_send_all(&pair.near.stream, "x", 1, NULL));
    CHECK(trio_run_statistics().passes > begun);
    begun = trio_run_statistics().passes;
    CHECK_OK(trio_stream_receive_some(&pair.far.stream, buffer, 4, &length));
    CHECK(trio_run_statistics().passes > begun);
    begun = trio_run_statistics().passes;
    CHECK_STATUS(trio_stream_receive_some(&pair.far.stream, NULL, 0, &length),
                 TRIO_EINVAL);
    CHECK(trio_run_statistics().passes > begun);
    close_pair(&pair);
    begun = trio_run_statistics().passes;
    CHECK_STATUS(trio_stream_send_all(&pair.far.stream, "x", 1, NULL),
                 TRIO_ECLOSED);
    CHECK(trio_run_statistics().passes > begun);
}

// ---- What a kind of stream cannot do ----

static TRIO_CHECKPOINT trio_status just_close(struct trio_stream *stream)
{
    (void)stream;
    return trio_checkpoint();
}

// S16
TEST(stream, what_a_stream_cannot_do_is_not_supported)
{
    static const struct trio_stream_operations nothing = {.close = just_close};
    struct trio_stream stream = {&nothing};
    size_t sent = 7, length;
    char byte;
    uint64_t begun = trio_run_statistics().passes;

    CHECK_STATUS(trio_stream_send_all(&stream, "x", 1, &sent), TRIO_ENOTSUP);
    CHECK_EQ(sent, 0);
    CHECK_STATUS(trio_stream_wait_writable(&stream), TRIO_ENOTSUP);
    CHECK_STATUS(trio_stream_receive_some(&stream, &byte, 1, &length),
                 TRIO_ENOTSUP);
    CHECK_STATUS(trio_stream_send_eof(&stream), TRIO_ENOTSUP);
    CHECK(trio_run_statistics().passes >= begun + 4); // Checkpoints all.
    CHECK_OK(trio_stream_close(&stream));
}

TEST(stream, a_stream_of_zeros_can_be_closed)
{
    struct trio_tcp_stream tcp = {.sent_eof = false};

    CHECK_OK(trio_stream_close(&tcp.stream));
    trio_stream_close_forcefully(&tcp.stream);
}
