// Both ends of a TLS connection, and what they need.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/tls/kit.h"

#include <stdlib.h>

#include <openssl/ssl.h>

#include "tests/check.h"

const char *kit_folder = "/tmp";
bool kit_is_slow;

__attribute__((constructor)) static void read_environment(void)
{
    const char *folder = getenv("TEST_TMPDIR");

    if (folder != NULL)
        kit_folder = folder;
    kit_is_slow = getenv("CHECK_RUNS") != NULL;
}

const struct tls_world *tls_world(void)
{
    static struct tls_world world;
    static const struct subject server = {
        .name = KIT_HOST,
        .names = "DNS:" KIT_HOST ",DNS:*.wild.example,IP:127.0.0.1"};
    static const struct subject client = {.name = "client.example",
                                          .purpose = "clientAuth"};

    if (world.authority.key == NULL) {
        world.authority = make_authority("Test Authority");
        world.server = make_identity(&world.authority, &server);
        world.client = make_identity(&world.authority, &client);
    }
    return &world;
}

void open_contexts(struct tls_contexts *contexts,
                   const struct trio_tls_options *client,
                   const struct trio_tls_options *server, bool tickets)
{
    const struct tls_world *world = tls_world();

    REQUIRE(trio_tls_client_context_open(client, &contexts->client) == TRIO_OK);
    REQUIRE(trio_tls_server_context_open(server, &contexts->server) == TRIO_OK);
    trust(&contexts->client, &world->authority);
    use_identity(&contexts->server, &world->server);
    if (!tickets) {
        SSL_CTX_set_num_tickets(contexts->server.ssl_ctx, 0);
        SSL_CTX_set_options(contexts->server.ssl_ctx, SSL_OP_NO_TICKET);
    }
}

void close_contexts(struct tls_contexts *contexts)
{
    trio_tls_context_close(&contexts->client);
    trio_tls_context_close(&contexts->server);
}

struct tls_contexts *contexts_of(enum trio_tls_version version)
{
    static struct tls_contexts contexts[TRIO_TLS_1_3 + 1];
    const struct trio_tls_options options = {
        .version_min = version, .version_max = version, .no_resumption = true};

    if (contexts[version].client.ssl_ctx == NULL)
        open_contexts(&contexts[version], &options, &options, false);
    return &contexts[version];
}

trio_status open_tls(struct tls_pair *pair, struct tls_contexts *contexts,
                     struct trio_stream *client_transport,
                     struct trio_stream *server_transport)
{
    trio_status rc = trio_tls_client_open(&contexts->client, client_transport,
                                          KIT_HOST, &pair->client);
    if (rc != TRIO_OK)
        return rc;
    rc = trio_tls_server_open(&contexts->server, server_transport,
                              &pair->server);
    if (rc != TRIO_OK)
        trio_stream_close_forcefully(&pair->client.stream);
    return rc;
}

trio_status shake_once(void *arg)
{
    struct shake *shake = arg;

    shake->rc = trio_tls_handshake(shake->tls);
    if (trio_is_failure(shake->rc))
        trio_stream_close_forcefully(&shake->tls->stream);
    return shake->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status shake(void *arg)
{
    return trio_tls_handshake(arg);
}

static TRIO_CHECKPOINT trio_status close_one(void *arg)
{
    struct trio_tls_stream *tls = arg;

    return trio_stream_close(&tls->stream);
}

static TRIO_CHECKPOINT trio_status on_both(struct tls_pair *pair,
                                           trio_task_fn fn)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, fn, &pair->client);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, fn, &pair->server);
    rc = trio_nursery_close(&nursery, rc);
    // A sweep may have cancelled both: then it was not done.
    if (rc == TRIO_OK &&
        trio_cancel_scope_caught(trio_nursery_cancel_scope(&nursery)))
        return TRIO_EABANDONED;
    return rc;
}

trio_status shake_hands(struct tls_pair *pair)
{
    return on_both(pair, shake);
}

trio_status close_tls(struct tls_pair *pair)
{
    return on_both(pair, close_one);
}

void drop_tls(struct tls_pair *pair)
{
    trio_stream_close_forcefully(&pair->client.stream);
    trio_stream_close_forcefully(&pair->server.stream);
}
