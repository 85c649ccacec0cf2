// A client comes back to a host with what it got from it the last time, and
// needs no full handshake then.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "tests/check.h"
#include "tests/tls/kit.h"

// Talks once; says whether that went on from an earlier connection.
static TRIO_PARKS bool talk(struct tls_contexts *contexts)
{
    struct trio_memory_stream near, far;
    struct tls_pair pair;
    char byte;
    size_t length;

    trio_memory_stream_pair(&near, &far);
    CHECK_OK(open_tls(&pair, contexts, &near.stream, &far.stream));
    CHECK_OK(shake_hands(&pair));
    CHECK_OK(trio_stream_send_all(&pair.server.stream, "x", 1, NULL));
    CHECK_OK(trio_stream_receive_some(&pair.client.stream, &byte, 1, &length));
    bool resumed = trio_tls_info(&pair.client).resumed;
    CHECK_EQ(trio_tls_info(&pair.server).resumed, resumed);
    CHECK_OK(close_tls(&pair));
    return resumed;
}

static TRIO_PARKS void check_resumed(enum trio_tls_version version)
{
    const struct trio_tls_options options = {.version_max = version};
    struct tls_contexts contexts;

    open_contexts(&contexts, &options, &options, true);
    CHECK(!talk(&contexts));
    for (int i = 0; i < 5; i++)
        CHECK(talk(&contexts));
    close_contexts(&contexts);
}

TEST_ONCE(tls_resumption, works_with_both_versions)
{
    check_resumed(TRIO_TLS_1_2);
    check_resumed(TRIO_TLS_1_3);
}

TEST_ONCE(tls_resumption, either_side_can_do_without)
{
    const struct trio_tls_options without = {.no_resumption = true};

    for (int i = 0; i < 2; i++) {
        struct tls_contexts contexts;

        open_contexts(&contexts, i == 0 ? &without : NULL,
                      i == 0 ? NULL : &without, true);
        CHECK(!talk(&contexts));
        CHECK(!talk(&contexts));
        close_contexts(&contexts);
    }
}

// The same with another name.
static TRIO_PARKS bool visit(struct tls_contexts *contexts, const char *host)
{
    struct trio_memory_stream near, far;
    struct tls_pair pair;
    char byte;
    size_t length;

    trio_memory_stream_pair(&near, &far);
    CHECK_OK(trio_tls_client_open(&contexts->client, &near.stream, host,
                                  &pair.client));
    CHECK_OK(
        trio_tls_server_open(&contexts->server, &far.stream, &pair.server));
    CHECK_OK(shake_hands(&pair));
    CHECK_OK(trio_stream_send_all(&pair.server.stream, "x", 1, NULL));
    CHECK_OK(trio_stream_receive_some(&pair.client.stream, &byte, 1, &length));
    bool resumed = trio_tls_info(&pair.client).resumed;
    CHECK_OK(close_tls(&pair));
    return resumed;
}

TEST_ONCE(tls_resumption, is_for_the_same_host_only)
{
    struct tls_contexts contexts;
    char host[40];

    open_contexts(&contexts, NULL, NULL, true);
    CHECK(!visit(&contexts, "a.wild.example"));
    CHECK(!visit(&contexts, "b.wild.example"));
    CHECK(visit(&contexts, "a.wild.example"));
    CHECK(visit(&contexts, "b.wild.example"));
    // The place of one that was there longest ago is taken by others.
    for (int i = 0; i < 64; i++) {
        snprintf(host, sizeof(host), "host%d.wild.example", i);
        CHECK(!visit(&contexts, host));
    }
    CHECK(!visit(&contexts, "a.wild.example"));
    CHECK(visit(&contexts, "host63.wild.example"));
    close_contexts(&contexts);
}

TEST_ONCE(tls_resumption, a_server_that_forgot_does_a_full_handshake)
{
    for (int version = TRIO_TLS_1_2; version <= TRIO_TLS_1_3; version++) {
        const struct trio_tls_options options = {
            .version_max = (enum trio_tls_version)version};
        struct tls_contexts contexts;

        open_contexts(&contexts, &options, &options, true);
        CHECK(!talk(&contexts));
        trio_tls_context_close(&contexts.server);
        CHECK_OK(trio_tls_server_context_open(&options, &contexts.server));
        use_identity(&contexts.server, &tls_world()->server);
        CHECK(!talk(&contexts));
        CHECK(talk(&contexts));
        close_contexts(&contexts);
    }
}

TEST_ONCE(tls_resumption, a_context_has_tickets_of_its_own)
{
    for (int version = TRIO_TLS_1_2; version <= TRIO_TLS_1_3; version++) {
        const struct trio_tls_options options = {
            .version_max = (enum trio_tls_version)version};
        struct tls_contexts contexts, others;

        open_contexts(&contexts, &options, &options, true);
        open_contexts(&others, &options, &options, true);
        struct tls_contexts mixed = {others.client, contexts.server};
        CHECK(!talk(&contexts));
        CHECK(!talk(&mixed));
        CHECK(talk(&contexts));
        close_contexts(&contexts);
        close_contexts(&others);
    }
}
