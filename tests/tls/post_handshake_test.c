// After the handshake: of TLS 1.3 tickets, of which half has come, and updates
// of keys, which want an answer; and goodbyes beside other calls.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <openssl/ssl.h>

#include "tests/check.h"
#include "tests/tls/gate.h"
#include "tests/tls/kit.h"

// A ticket takes two records; so large is the first.
enum { FRAGMENT = 512, FIRST_RECORD = 5 + FRAGMENT + 1 + 16 };

struct way {
    struct tls_contexts contexts;
    struct trio_memory_stream near, far;
    struct gate gate; // The client's.
    struct tls_pair tls;
};

// What a server sends waits until the test pumps it.
static TRIO_CHECKPOINT trio_status hold(struct trio_memory_stream *stream,
                                        void *arg)
{
    (void)stream, (void)arg;
    return trio_checkpoint();
}

static int make_ticket_large(SSL *ssl, void *arg)
{
    static const unsigned char data[FRAGMENT];

    (void)arg;
    return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), data,
                                           sizeof(data));
}

// Both have shaken hands. The server's ticket goes with its first data.
static TRIO_PARKS void open_way(struct way *way, bool ticket)
{
    open_contexts(&way->contexts, NULL, NULL, ticket);
    SSL_CTX *server = way->contexts.server.ssl_ctx;
    SSL_CTX_set_num_tickets(server, ticket ? 1 : 0);
    SSL_CTX_set_max_send_fragment(server, FRAGMENT);
    SSL_CTX_set_session_ticket_cb(server, make_ticket_large, NULL, NULL);
    trio_memory_stream_pair(&way->near, &way->far);
    open_gate(&way->gate, &way->near.stream);
    CHECK_OK(open_tls(&way->tls, &way->contexts, &way->gate.stream,
                      &way->far.stream));
    CHECK_OK(shake_hands(&way->tls));
    way->far.hooks.send_all = hold;
}

static void close_way(struct way *way)
{
    drop_tls(&way->tls);
    close_contexts(&way->contexts);
}

static TRIO_CHECKPOINT trio_status say(struct trio_tls_stream *tls,
                                       const char *text)
{
    return trio_stream_send_all(&tls->stream, text, strlen(text), NULL);
}

// A call that waits for ever is cancelled.
static TRIO_CHECKPOINT trio_status hear(struct trio_tls_stream *tls,
                                        const char *expected)
{
    struct trio_cancel_scope limit;
    char buffer[20];
    size_t length = 0;

    trio_fail_after(&limit, 10 * TRIO_SECOND);
    trio_status rc = trio_stream_receive_some(&tls->stream, buffer,
                                              sizeof(buffer) - 1, &length);
    buffer[length] = '\0';
    if (rc == TRIO_OK)
        CHECK_STRING(buffer, expected);
    return trio_cancel_scope_close(&limit, rc);
}

// What is cancelled while it waits.
static TRIO_PARKS void try_to(trio_status (*fn)(struct trio_tls_stream *tls,
                                                const char *text),
                              struct trio_tls_stream *tls, const char *text)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, 10 * TRIO_MS);
    trio_status rc = fn(tls, text);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// ---- Half a message ----

static TRIO_CHECKPOINT trio_status hear_first(void *arg)
{
    struct way *way = arg;

    return hear(&way->tls.client, "first");
}

static TRIO_CHECKPOINT trio_status say_two(void *arg)
{
    struct way *way = arg;

    return say(&way->tls.client, "two");
}

// The server has sent its ticket and more, of which half the ticket has come.
static TRIO_PARKS void have_half_a_ticket(struct way *way)
{
    CHECK_OK(say(&way->tls.server, "first"));
    CHECK_OK(say(&way->tls.server, "second"));
    CHECK_EQ(trio_memory_stream_pump(&way->near, FIRST_RECORD), FIRST_RECORD);
    CHECK_OK(trio_sleep(TRIO_MS));
}

// Who sends needs the rest of the message, and who receives has taken it, with
// the first data behind it, while the sender had to send something else.
TEST_ONCE(tls_post_handshake, what_another_task_has_received_is_not_overwritten)
{
    struct way way;
    struct trio_nursery nursery;

    open_way(&way, true);
    way.gate.shut = true;
    try_to(say, &way.tls.client, "one"); // It stays in the buffer.
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, hear_first, &way));
    have_half_a_ticket(&way);
    CHECK(SSL_in_init(way.tls.client.ssl));
    CHECK_OK(trio_nursery_start_soon(&nursery, say_two, &way));
    CHECK_OK(trio_sleep(TRIO_MS));
    CHECK(trio_memory_stream_pump(&way.near, SIZE_MAX) > 0);
    CHECK_OK(trio_sleep(TRIO_MS));
    way.gate.shut = false;
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(hear(&way.tls.client, "second"));
    CHECK_OK(hear(&way.tls.server, "one"));
    CHECK_OK(hear(&way.tls.server, "two"));
    close_way(&way);
}

static TRIO_CHECKPOINT trio_status end(void *arg)
{
    struct way *way = arg;

    return trio_stream_send_eof(&way->tls.client.stream);
}

static TRIO_CHECKPOINT trio_status close_client(void *arg)
{
    struct way *way = arg;

    return trio_stream_close(&way->tls.client.stream);
}

// Has the client end while half a ticket has come; the rest comes later.
static TRIO_PARKS void check_goodbye(trio_task_fn end_it)
{
    struct way way;
    struct trio_nursery nursery;

    open_way(&way, true);
    have_half_a_ticket(&way);
    try_to(hear, &way.tls.client, "");
    CHECK(SSL_in_init(way.tls.client.ssl));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, end_it, &way));
    CHECK_OK(trio_sleep(TRIO_MS));
    trio_memory_stream_pump(&way.near, SIZE_MAX);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(hear(&way.tls.server, ""), TRIO_EEND);
    close_way(&way);
}

TEST_ONCE(tls_post_handshake, a_goodbye_waits_until_the_message_is_whole)
{
    check_goodbye(end);
    check_goodbye(close_client);
}

TEST_ONCE(tls_post_handshake, close_does_not_wait_for_ever)
{
    struct way way;

    open_way(&way, true);
    have_half_a_ticket(&way);
    try_to(hear, &way.tls.client, "");
    trio_time begun = trio_now();
    CHECK_OK(close_client(&way));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    close_way(&way);
}

// ---- Updates of keys ----

// The server asks for new keys, says something, and so again: the first answer
// is due with what is heard last.
static TRIO_PARKS void ask_for_keys_twice(struct way *way)
{
    SSL *ssl = way->tls.server.ssl;

    for (int i = 0; i < 2; i++) {
        CHECK_EQ(SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        CHECK_OK(say(&way->tls.server, "data"));
    }
    CHECK(trio_memory_stream_pump(&way->near, SIZE_MAX) > 0);
    for (int i = 0; i < 2; i++)
        CHECK_OK(hear(&way->tls.client, "data"));
}

// Takes what has come to the server; says how much it was.
static TRIO_PARKS size_t take_answers(struct way *way)
{
    struct trio_cancel_scope scope;
    char buffer[1000];
    size_t length = 0;

    trio_move_on_after(&scope, TRIO_MS);
    trio_status rc = trio_stream_receive_some(&way->far.stream, buffer,
                                              sizeof(buffer), &length);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    return length;
}

TEST_ONCE(tls_post_handshake, an_answer_goes_out_before_the_next_wait)
{
    struct way way;

    open_way(&way, false);
    for (int i = 0; i < 3; i++) {
        ask_for_keys_twice(&way);
        try_to(hear, &way.tls.client, "");
        CHECK(take_answers(&way) > 0);
    }
    close_way(&way);
}

TEST_ONCE(tls_post_handshake, updates_of_keys_are_not_seen_by_who_talks)
{
    struct way way;

    open_way(&way, false);
    for (int i = 0; i < 3; i++) {
        ask_for_keys_twice(&way);
        CHECK_OK(say(&way.tls.client, "reply"));
        CHECK_OK(hear(&way.tls.server, "reply"));
    }
    close_way(&way);
}

TEST_ONCE(tls_post_handshake, nothing_is_sent_after_the_goodbye)
{
    struct way way;

    open_way(&way, false);
    CHECK_OK(end(&way));
    CHECK_STATUS(hear(&way.tls.server, ""), TRIO_EEND);
    for (int i = 0; i < 3; i++) {
        ask_for_keys_twice(&way);
        try_to(hear, &way.tls.client, "");
        CHECK_EQ(take_answers(&way), 0);
    }
    close_way(&way);
}

// ---- Closed while another task is in it ----

static trio_status unless_closed(trio_status rc)
{
    return rc == TRIO_ECLOSED ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status wait_writable(void *arg)
{
    struct way *way = arg;

    return unless_closed(trio_stream_wait_writable(&way->tls.client.stream));
}

static TRIO_CHECKPOINT trio_status leave_out(void *arg)
{
    return unless_closed(say_two(arg));
}

// Closes while another task calls `fn`, which has to wait; says what that is
// to the server.
static TRIO_PARKS trio_status close_beside(trio_task_fn fn)
{
    struct way way;
    struct trio_nursery nursery;

    open_way(&way, false);
    way.gate.shut = true;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, fn, &way));
    CHECK_OK(trio_sleep(TRIO_MS));
    CHECK_OK(trio_nursery_start_soon(&nursery, close_client, &way));
    CHECK_OK(trio_sleep(TRIO_MS));
    way.gate.shut = false;
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_status rc = hear(&way.tls.server, "");
    close_way(&way);
    return rc;
}

TEST_ONCE(tls_post_handshake, close_says_goodbye_unless_a_send_leaves_out)
{
    CHECK_STATUS(close_beside(end), TRIO_EEND);
    CHECK_STATUS(close_beside(wait_writable), TRIO_EEND);
    CHECK_STATUS(close_beside(leave_out), TRIO_EBROKEN);
}
