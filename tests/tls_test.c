// What trio/tls.h promises, clause by clause, over memory streams. What OpenSSL
// sends is never twice the same, but always as long.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/tls.h>

#include <string.h>

#include <trio/lockstep_stream.h>
#include <trio/memory_stream.h>

#include "tests/check.h"
#include "tests/tls/kit.h"

struct kit {
    struct trio_memory_stream near, far;
    struct tls_pair tls;
};

// A connection without its handshake.
static void kit_open(struct kit *kit, struct tls_contexts *contexts)
{
    trio_memory_stream_pair(&kit->near, &kit->far);
    CHECK_OK(
        open_tls(&kit->tls, contexts, &kit->near.stream, &kit->far.stream));
}

static void kit_close(struct kit *kit)
{
    drop_tls(&kit->tls);
}

static bool last_error_says(trio_status status, const char *text)
{
    const struct trio_error *error = trio_error_find(status);

    return CHECK(error != NULL) && CHECK_STRING(error->text, text);
}

// ---- The handshake ----

static TRIO_CHECKPOINT trio_status answer(void *arg)
{
    struct kit *kit = arg;
    char buffer[10];
    size_t length;

    trio_status rc = trio_stream_receive_some(&kit->tls.server.stream, buffer,
                                              sizeof(buffer), &length);
    if (rc == TRIO_OK)
        rc =
            trio_stream_send_all(&kit->tls.server.stream, buffer, length, NULL);
    return rc;
}

// S48a
TEST(tls, the_first_call_does_the_handshake)
{
    for (int version = TRIO_TLS_1_2; version <= TRIO_TLS_1_3; version++) {
        struct kit kit;
        struct trio_nursery nursery;
        char buffer[10] = "";
        size_t length = 0;

        kit_open(&kit, contexts_of((enum trio_tls_version)version));
        trio_nursery_open(&nursery);
        trio_status rc = trio_nursery_start_soon(&nursery, answer, &kit);
        if (rc == TRIO_OK)
            rc = trio_stream_send_all(&kit.tls.client.stream, "ping", 4, NULL);
        if (rc == TRIO_OK)
            rc = trio_stream_receive_some(&kit.tls.client.stream, buffer,
                                          sizeof(buffer), &length);
        CHECK_OK(trio_nursery_close(&nursery, rc));
        CHECK_STRING(buffer, "ping");
        CHECK_STRING(trio_tls_info(&kit.tls.client).version,
                     version == TRIO_TLS_1_2 ? "TLSv1.2" : "TLSv1.3");
        kit_close(&kit);
    }
}

TEST(tls, the_handshake_is_done_once_for_all)
{
    struct kit kit;
    struct trio_nursery nursery;
    struct shake shakes[3];

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(shakes); i++) {
        shakes[i].tls = i == 0 ? &kit.tls.server : &kit.tls.client;
        CHECK_OK(trio_nursery_start_soon(&nursery, shake_once, &shakes[i]));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (size_t i = 0; i < COUNT(shakes); i++)
        CHECK_OK(shakes[i].rc);
    CHECK_OK(trio_tls_handshake(&kit.tls.client));
    kit_close(&kit);
}

static TRIO_PARKS void shake_for_a_while(struct trio_tls_stream *tls)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_MS);
    trio_status rc = trio_tls_handshake(tls);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

TEST(tls, a_cancelled_handshake_goes_on_with_the_next_call)
{
    struct kit kit;
    struct trio_nursery nursery;
    struct shake shake;

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    shake_for_a_while(&kit.tls.client);
    shake_for_a_while(&kit.tls.server); // Has answered.
    trio_nursery_open(&nursery);
    shake.tls = &kit.tls.server;
    trio_status rc = trio_nursery_start_soon(&nursery, shake_once, &shake);
    if (rc == TRIO_OK)
        rc = trio_tls_handshake(&kit.tls.client);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_OK(shake.rc);
    kit_close(&kit);
}

TEST(tls, a_peer_that_stops_in_the_handshake_is_waited_for_until_the_deadline)
{
    struct kit kit;
    struct trio_cancel_scope scope;

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    trio_fail_after(&scope, 10 * TRIO_SECOND);
    trio_status rc = trio_tls_handshake(&kit.tls.server);
    CHECK_STATUS(trio_cancel_scope_close(&scope, rc), TRIO_ETIMEDOUT);
    kit_close(&kit);
}

TEST(tls, a_peer_that_goes_in_the_handshake_is_told)
{
    struct kit kit;

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_OK(trio_stream_close(&kit.tls.server.stream));
    CHECK_STATUS(trio_tls_handshake(&kit.tls.client), TRIO_EBROKEN);
    kit_close(&kit);
    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_OK(trio_stream_send_eof(&kit.far.stream));
    CHECK_STATUS(trio_tls_handshake(&kit.tls.client), TRIO_EBROKEN);
    last_error_says(TRIO_EBROKEN,
                    "TLS with server.example: ended in the handshake");
    kit_close(&kit);
}

TEST(tls, a_goodbye_in_the_handshake_is_its_end)
{
    static const char close_notify[] = {0x15, 3, 3, 0, 2, 1, 0};
    struct kit kit;

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_OK(trio_stream_send_all(&kit.far.stream, close_notify,
                                  sizeof(close_notify), NULL));
    CHECK_STATUS(trio_tls_handshake(&kit.tls.client), TRIO_EBROKEN);
    last_error_says(TRIO_EBROKEN,
                    "TLS with server.example: ended in the handshake");
    kit_close(&kit);
}

TEST(tls, a_peer_that_speaks_something_else_is_told)
{
    struct kit kit;

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_OK(
        trio_stream_send_all(&kit.far.stream, "HTTP/1.1 400 No\r\n", 17, NULL));
    CHECK_STATUS(trio_tls_handshake(&kit.tls.client), TRIO_EPROTOCOL);
    last_error_says(TRIO_EPROTOCOL,
                    "TLS with server.example: wrong version number");
    CHECK_STATUS(trio_tls_handshake(&kit.tls.client), TRIO_EBROKEN);
    CHECK_STATUS(trio_stream_send_all(&kit.tls.client.stream, "x", 1, NULL),
                 TRIO_EBROKEN);
    kit_close(&kit);
}

TEST(tls, sides_without_a_common_version_both_learn_of_it)
{
    struct tls_contexts *old = contexts_of(TRIO_TLS_1_2);
    struct tls_contexts *new = contexts_of(TRIO_TLS_1_3);
    struct tls_contexts odd = {old->client, new->server};
    struct kit kit;
    struct trio_nursery nursery;
    struct shake shakes[2];

    kit_open(&kit, &odd);
    shakes[0].tls = &kit.tls.client;
    shakes[1].tls = &kit.tls.server;
    trio_nursery_open(&nursery);
    for (int i = 0; i < 2; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, shake_once, &shakes[i]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(shakes[0].rc, TRIO_EPROTOCOL);
    CHECK_STATUS(shakes[1].rc, TRIO_EPROTOCOL);
    kit_close(&kit);
}

// ---- The end ----

static TRIO_CHECKPOINT trio_status receive(struct trio_tls_stream *tls,
                                           char *buffer, size_t size)
{
    size_t length = 0;

    trio_status rc =
        trio_stream_receive_some(&tls->stream, buffer, size - 1, &length);
    buffer[length] = '\0';
    return rc;
}

// S48a
TEST(tls, an_end_without_a_goodbye_is_an_error)
{
    struct kit kit;
    char buffer[10];

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_OK(shake_hands(&kit.tls));
    CHECK_OK(trio_stream_send_all(&kit.tls.server.stream, "cut", 3, NULL));
    CHECK_OK(trio_stream_send_eof(&kit.far.stream));
    CHECK_OK(receive(&kit.tls.client, buffer, sizeof(buffer)));
    CHECK_STRING(buffer, "cut");
    for (int i = 0; i < 2; i++) {
        CHECK_STATUS(receive(&kit.tls.client, buffer, sizeof(buffer)),
                     TRIO_EBROKEN);
        if (i == 0)
            last_error_says(
                TRIO_EBROKEN,
                "TLS with server.example: ended without close_notify");
    }
    kit_close(&kit);
}

TEST(tls, where_https_is_spoken_it_is_the_end)
{
    static struct tls_contexts contexts;
    const struct trio_tls_options options = {.https_compatible = true,
                                             .no_resumption = true};
    struct kit kit;
    char buffer[10];

    if (contexts.client.ssl_ctx == NULL)
        open_contexts(&contexts, &options, NULL, false);
    kit_open(&kit, &contexts);
    CHECK_OK(shake_hands(&kit.tls));
    CHECK_OK(trio_stream_send_eof(&kit.far.stream));
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(receive(&kit.tls.client, buffer, sizeof(buffer)),
                     TRIO_EEND);
    kit_close(&kit);
}

TEST(tls, close_says_goodbye_and_does_not_wait)
{
    struct kit kit;
    char buffer[10];

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_OK(shake_hands(&kit.tls));
    CHECK_OK(trio_stream_close(&kit.tls.server.stream));
    CHECK_STATUS(receive(&kit.tls.client, buffer, sizeof(buffer)), TRIO_EEND);
    kit_close(&kit);
}

TEST(tls, a_goodbye_that_nobody_takes_is_given_up)
{
    struct trio_lockstep_stream near, far;
    struct tls_pair pair;

    trio_lockstep_stream_pair(&near, &far);
    CHECK_OK(open_tls(&pair, contexts_of(TRIO_TLS_DEFAULT), &near.stream,
                      &far.stream));
    CHECK_OK(shake_hands(&pair));
    trio_time begun = trio_now();
    CHECK_OK(trio_stream_close(&pair.client.stream));
    CHECK(trio_now() >= begun + TRIO_SECOND);
    drop_tls(&pair);
}

static TRIO_CHECKPOINT trio_status send_two(void *arg)
{
    struct trio_tls_stream *tls = arg;

    return trio_stream_send_all(&tls->stream, "two", 3, NULL);
}

TEST(tls, a_cancelled_send_is_on_its_way)
{
    struct trio_lockstep_stream near, far;
    struct tls_pair pair;
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    char buffer[10];
    size_t sent;

    trio_lockstep_stream_pair(&near, &far);
    CHECK_OK(open_tls(&pair, contexts_of(TRIO_TLS_DEFAULT), &near.stream,
                      &far.stream));
    CHECK_OK(shake_hands(&pair));
    trio_move_on_after(&scope, TRIO_MS);
    trio_status rc = trio_stream_send_all(&pair.client.stream, "one", 3, &sent);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_EQ(sent, 3);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, send_two, &pair.client));
    CHECK_OK(receive(&pair.server, buffer, sizeof(buffer)));
    CHECK_STRING(buffer, "one");
    CHECK_OK(receive(&pair.server, buffer, sizeof(buffer)));
    CHECK_STRING(buffer, "two");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    drop_tls(&pair);
}

// ---- Unwrapping ----

struct unwrapping {
    struct trio_tls_stream *tls;
    char rest[10];
    size_t length;
};

static TRIO_CHECKPOINT trio_status unwrap(void *arg)
{
    struct unwrapping *unwrapping = arg;

    return trio_tls_unwrap(unwrapping->tls, unwrapping->rest,
                           sizeof(unwrapping->rest), &unwrapping->length);
}

TEST(tls, unwrapped_the_transport_goes_on)
{
    struct kit kit;
    struct trio_nursery nursery;
    char buffer[10] = "";
    size_t length = 0;

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_OK(shake_hands(&kit.tls));
    struct unwrapping ends[] = {{.tls = &kit.tls.client},
                                {.tls = &kit.tls.server}};
    trio_nursery_open(&nursery);
    for (int i = 0; i < 2; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, unwrap, &ends[i]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(ends[0].length + ends[1].length, 0);
    CHECK_STATUS(trio_stream_send_all(&kit.tls.client.stream, "x", 1, NULL),
                 TRIO_ECLOSED);
    CHECK_OK(trio_stream_close(&kit.tls.client.stream));
    CHECK_OK(trio_stream_send_all(&kit.near.stream, "plain", 5, NULL));
    CHECK_OK(trio_stream_receive_some(&kit.far.stream, buffer, sizeof(buffer),
                                      &length));
    CHECK_STRING(buffer, "plain");
    trio_stream_close_forcefully(&kit.near.stream);
    trio_stream_close_forcefully(&kit.far.stream);
}

TEST(tls, what_came_with_the_goodbye_is_not_lost)
{
    struct kit kit;
    struct unwrapping end;

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_OK(shake_hands(&kit.tls));
    CHECK_OK(trio_stream_send_eof(&kit.tls.client.stream));
    CHECK_OK(trio_stream_send_all(&kit.near.stream, "plain", 5, NULL));
    end.tls = &kit.tls.server;
    CHECK_STATUS(trio_tls_unwrap(end.tls, end.rest, 3, &end.length),
                 TRIO_EMSGSIZE);
    last_error_says(TRIO_EMSGSIZE, "unwrap: 5 bytes are left, room for 3");
    CHECK_OK(unwrap(&end));
    if (CHECK_EQ(end.length, 5))
        CHECK(memcmp(end.rest, "plain", 5) == 0);
    kit_close(&kit);
    trio_stream_close_forcefully(&kit.far.stream);
}

TEST(tls, who_has_not_received_all_does_not_unwrap)
{
    struct kit kit;
    char buffer[10];
    struct unwrapping end;

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_OK(shake_hands(&kit.tls));
    CHECK_OK(trio_stream_send_all(&kit.tls.client.stream, "data", 4, NULL));
    CHECK_OK(trio_stream_send_eof(&kit.tls.client.stream));
    end.tls = &kit.tls.server;
    CHECK_STATUS(unwrap(&end), TRIO_EINVAL);
    last_error_says(TRIO_EINVAL, "unwrap: a client has sent data");
    CHECK_OK(receive(&kit.tls.server, buffer, sizeof(buffer)));
    CHECK_STRING(buffer, "data");
    CHECK_OK(unwrap(&end));
    kit_close(&kit);
    trio_stream_close_forcefully(&kit.far.stream);
}

// ---- What is known of the peer ----

TEST_ONCE(tls, protocols_are_agreed_on)
{
    static struct tls_contexts contexts;
    const struct trio_tls_options client = {.protocols = " http/1.1  h2 ",
                                            .no_resumption = true};
    const struct trio_tls_options server = {.protocols = "h3 h2 http/1.1",
                                            .no_resumption = true};
    struct kit kit;

    if (contexts.client.ssl_ctx == NULL)
        open_contexts(&contexts, &client, &server, false);
    kit_open(&kit, &contexts);
    CHECK(trio_tls_info(&kit.tls.client).version == NULL);
    CHECK_OK(shake_hands(&kit.tls));
    struct trio_tls_info info = trio_tls_info(&kit.tls.client);
    if (CHECK_EQ(info.protocol_length, 2))
        CHECK(memcmp(info.protocol, "h2", 2) == 0);
    CHECK_STRING(info.version, "TLSv1.3");
    CHECK(strncmp(info.cipher, "TLS_", 4) == 0);
    CHECK(!info.resumed);
    kit_close(&kit);
}

TEST_ONCE(tls, the_peer_is_known)
{
    struct kit kit;
    char name[100];
    unsigned char der[2000];

    kit_open(&kit, contexts_of(TRIO_TLS_DEFAULT));
    CHECK_STRING(trio_tls_peer_name(&kit.tls.client, name, sizeof(name)), "");
    CHECK_OK(shake_hands(&kit.tls));
    CHECK_STRING(trio_tls_peer_name(&kit.tls.client, name, sizeof(name)),
                 "CN=server.example");
    CHECK_STRING(trio_tls_peer_name(&kit.tls.client, name, 6), "CN=se");
    CHECK_STRING(trio_tls_peer_name(&kit.tls.server, name, sizeof(name)), "");
    size_t length =
        trio_tls_peer_certificate(&kit.tls.client, der, sizeof(der));
    CHECK(length > 100 && length <= sizeof(der) && der[0] == 0x30);
    CHECK_EQ(trio_tls_peer_certificate(&kit.tls.client, NULL, 0), length);
    CHECK_EQ(trio_tls_peer_certificate(&kit.tls.server, der, sizeof(der)), 0);
    kit_close(&kit);
}

// It has shown its certificate, which anybody can.
TEST_ONCE(tls, a_peer_that_has_proved_nothing_yet_is_not_known)
{
    struct kit kit;
    char name[100];

    kit_open(&kit, contexts_of(TRIO_TLS_1_2));
    shake_for_a_while(&kit.tls.client);
    shake_for_a_while(&kit.tls.server);
    shake_for_a_while(&kit.tls.client);
    CHECK_STRING(trio_tls_peer_name(&kit.tls.client, name, sizeof(name)), "");
    CHECK_EQ(trio_tls_peer_certificate(&kit.tls.client, NULL, 0), 0);
    kit_close(&kit);
}

// ---- Opening ----

TEST(tls, a_client_has_to_say_whom_it_expects)
{
    static const char *const bad[] = {NULL,
                                      "",
                                      " ",
                                      ".",
                                      ".wild.example",
                                      "wild..example",
                                      "wild.example..",
                                      "b\xc3\xbc"
                                      "cher.example",
                                      "a b"};
    struct trio_memory_stream near, far;
    struct trio_tls_stream tls;
    char text[TRIO_TLS_HOST_MAX + 1];

    trio_memory_stream_pair(&near, &far);
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_STATUS(
            trio_tls_client_open(&contexts_of(TRIO_TLS_DEFAULT)->client,
                                 &near.stream, bad[i], &tls),
            TRIO_EINVAL);
        CHECK_OK(trio_stream_close(&tls.stream));
    }
    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    CHECK_STATUS(trio_tls_client_open(&contexts_of(TRIO_TLS_DEFAULT)->client,
                                      &near.stream, text, &tls),
                 TRIO_EINVAL);
    CHECK_OK(trio_stream_send_all(&near.stream, "as it was", 9, NULL));
    trio_stream_close_forcefully(&near.stream);
    trio_stream_close_forcefully(&far.stream);
}
