// The example kv_server: messages between clients, clients that do not take
// theirs, and what happens though nobody asks.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/kv_peers.h"

// ---- Messages ----

static const char subscribed[] = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n";
static const char unsubscribed[] =
    "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n";
static const char message[] = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n";

SERVER_TEST(a_message_goes_to_all_who_subscribed, 3)
{
    struct peer *peers = world->peers;

    TRY(exchange(&peers[0], "PUBLISH a hi\r\n", ":0\r\n"));
    TRY(exchange(&peers[1], "SUBSCRIBE a\r\n", subscribed));
    TRY(exchange(&peers[2], "SUBSCRIBE a\r\n", subscribed));
    TRY(exchange(&peers[0], "PUBLISH b hi\r\nPUBLISH a hi\r\n",
                 ":0\r\n:2\r\n"));
    TRY(expect(&peers[1], message));
    TRY(expect(&peers[2], message));
    TRY(exchange(&peers[1], "UNSUBSCRIBE\r\n", unsubscribed));
    TRY(exchange(&peers[0], "PUBLISH a hi\r\n", ":1\r\n"));
    TRY(expect(&peers[2], message));
    TRY(exchange(&peers[1], "GET x\r\n", "$-1\r\n"));
    return TRIO_OK;
}

SERVER_TEST(who_has_subscribed_can_do_little_else, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "SUBSCRIBE a\r\nSUBSCRIBE a\r\n", subscribed));
    TRY(expect(peer, subscribed)); // Once is enough.
    TRY(exchange(peer, "GET a\r\n", "-ERR Can't execute 'GET': only "));
    TRY(expect(peer, "SUBSCRIBE / UNSUBSCRIBE / PING / QUIT are allowed in "
                     "this context\r\n"));
    TRY(exchange(peer, "PING\r\n", "*2\r\n$4\r\npong\r\n$0\r\n\r\n"));
    TRY(trio_sleep(TRIO_HOUR)); // It may listen in silence.
    TRY(exchange(peer, "UNSUBSCRIBE b a\r\n",
                 "*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:1\r\n"));
    TRY(expect(peer, unsubscribed));
    TRY(exchange(peer, "UNSUBSCRIBE\r\n",
                 "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n"));
    return TRIO_OK;
}

SERVER_TEST(subscriptions_have_a_limit, 1)
{
    static const char expected[] = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
                                   "*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n"
                                   "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:3\r\n"
                                   "-ERR too many subscriptions\r\n";

    return exchange(&world->peers[0], "SUBSCRIBE a b c d\r\n", expected);
}

SERVER_TEST(who_ends_after_subscribing_gets_all_that_was_sent, 2)
{
    struct peer *peers = world->peers;

    TRY(exchange(&peers[1], "SUBSCRIBE a\r\n", subscribed));
    TRY(exchange(&peers[0], "PUBLISH a hi\r\n", ":1\r\n"));
    TRY(say(&peers[1], "QUIT\r\n"));
    TRY(expect(&peers[1], message));
    TRY(expect(&peers[1], "+OK\r\n"));
    return expect_end(&peers[1]);
}

// What is to come after the last subscription has ended is sent as if there had
// been none: its replies do not pile up.
SERVER_TEST(who_has_unsubscribed_may_send_long_pipelines, 1)
{
    struct peer *peer = &world->peers[0];
    static char value[15001];
    size_t received;

    memset(value, '0', sizeof(value) - 1);
    TRY(exchange(peer, "SUBSCRIBE a\r\n", subscribed));
    TRY(say(peer, "UNSUBSCRIBE\r\nSET a "));
    TRY(say(peer, value));
    for (int i = 0; i < 20; i++)
        TRY(say(peer, "\r\nGET a"));
    TRY(say(peer, "\r\n"));
    TRY(trio_stream_send_eof(&peer->near.stream));
    TRY(expect(peer, unsubscribed));
    trio_status rc = receive_to_end(peer, &received);
    CHECK_STATUS(rc, TRIO_EEND);
    CHECK_EQ(received, 5 + 20 * (15000 + 10));
    CHECK_EQ(world->server.dropped, 0);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

SERVER_TEST(who_has_unsubscribed_may_subscribe_again, 2)
{
    struct peer *peers = world->peers;

    for (int i = 0; i < 2; i++) {
        TRY(exchange(&peers[1], "SUBSCRIBE a\r\n", subscribed));
        TRY(exchange(&peers[0], "PUBLISH a hi\r\n", ":1\r\n"));
        TRY(expect(&peers[1], message));
        TRY(exchange(&peers[1], "UNSUBSCRIBE\r\nPING\r\n", unsubscribed));
        TRY(expect(&peers[1], "+PONG\r\n"));
    }
    TRY(say(&peers[1], "SUBSCRIBE a\r\nUNSUBSCRIBE\r\nSUBSCRIBE a\r\n"));
    TRY(expect(&peers[1], subscribed));
    TRY(expect(&peers[1], unsubscribed));
    TRY(expect(&peers[1], subscribed));
    TRY(exchange(&peers[0], "PUBLISH a hi\r\n", ":1\r\n"));
    return expect(&peers[1], message);
}

// ---- Clients that never read ----

// A stream in lockstep: a send ends when the other end has received it.
struct lockstep_peer {
    struct kv_server *server;
    struct trio_lockstep_stream near, far;
    bool served;
};

static TRIO_CHECKPOINT trio_status serve_lockstep(void *arg)
{
    struct lockstep_peer *peer = arg;
    trio_status rc = kv_serve_client(&peer->far.stream, peer->server);

    peer->served = true;
    trio_stream_close_forcefully(&peer->far.stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status
with_silent_peer(struct world *world, const char *request,
                 trio_status (*body)(struct world *, struct lockstep_peer *))
{
    struct lockstep_peer peer = {.server = &world->server};
    struct trio_nursery nursery;

    trio_lockstep_stream_pair(&peer.near, &peer.far);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, serve_lockstep, &peer);
    if (rc == TRIO_OK)
        rc = trio_stream_send_all(&peer.near.stream, request, strlen(request),
                                  NULL);
    if (rc == TRIO_OK)
        rc = body(world, &peer);
    trio_stream_close_forcefully(&peer.near.stream);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status wait_for_its_end(struct world *world,
                                                    struct lockstep_peer *peer)
{
    (void)world;
    TRY(trio_sleep(9 * TRIO_SECOND));
    CHECK(!peer->served);
    TRY(trio_sleep(TRIO_SECOND));
    TRY(trio_wait_all_tasks_blocked(0));
    CHECK(peer->served);
    return TRIO_OK;
}

SERVER_TEST(who_never_reads_is_disconnected_in_time, 0)
{
    return with_silent_peer(world, "PING\r\n", wait_for_its_end);
}

SERVER_TEST(who_subscribes_and_never_reads_is_disconnected_in_time, 0)
{
    return with_silent_peer(world, "SUBSCRIBE a\r\n", wait_for_its_end);
}

// Publishes so many messages of 15,000 bytes, each to one.
static TRIO_CHECKPOINT trio_status publish(struct peer *publisher, int count)
{
    static char value[15001];

    memset(value, '0', sizeof(value) - 1);
    for (int i = 0; i < count; i++) {
        TRY(say(publisher, "PUBLISH a "));
        TRY(say(publisher, value));
        TRY(exchange(publisher, "\r\n", ":1\r\n"));
        TRY(trio_wait_all_tasks_blocked(0));
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status publish_too_much(struct world *world,
                                                    struct lockstep_peer *peer)
{
    struct peer *publisher = &world->peers[0];

    TRY(publish(publisher, 2));
    CHECK(!peer->served);
    TRY(publish(publisher, 1));
    CHECK(peer->served);
    CHECK_EQ(world->server.dropped, 1);
    return exchange(publisher, "PUBLISH a hi\r\n", ":0\r\n");
}

SERVER_TEST(a_subscriber_that_is_too_slow_is_dropped_and_nobody_waits, 1)
{
    return with_silent_peer(world, "SUBSCRIBE a\r\n", publish_too_much);
}

// Its requests are executed, however much it has not taken yet.
static TRIO_CHECKPOINT trio_status publish_and_ask(struct world *world,
                                                   struct lockstep_peer *peer)
{
    TRY(publish(&world->peers[0], 2));
    TRY(trio_stream_send_all(&peer->near.stream, "UNSUBSCRIBE x\r\n", 15,
                             NULL));
    TRY(exchange(&world->peers[0], "PING\r\n", "+PONG\r\n"));
    CHECK(!peer->served);
    return TRIO_OK;
}

SERVER_TEST(a_subscriber_that_is_slow_is_served, 1)
{
    return with_silent_peer(world, "SUBSCRIBE a\r\n", publish_and_ask);
}

static TRIO_CHECKPOINT trio_status quit_and_publish(struct world *world,
                                                    struct lockstep_peer *peer)
{
    TRY(trio_stream_send_all(&peer->near.stream, "QUIT\r\n", 6, NULL));
    TRY(exchange(&world->peers[0], "PUBLISH a hi\r\n", ":0\r\n"));
    CHECK(!peer->served); // What came before is still to be taken.
    return TRIO_OK;
}

SERVER_TEST(who_has_quit_gets_no_more_messages, 1)
{
    return with_silent_peer(world, "SUBSCRIBE a\r\n", quit_and_publish);
}

// ---- Expiry ----

TEST_ONCE(kv_server, what_has_expired_is_collected_though_nobody_asks)
{
    static struct kv_server server;
    struct trio_nursery nursery;
    struct kv_bytes one = {"1", 1};

    CHECK_OK(kv_server_open(&server, &kv_peers_limits));
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, kv_server_collect, &server));
    CHECK_OK(kv_store_set(&server.store, one, one,
                          trio_time_add(trio_now(), TRIO_SECOND)));
    CHECK_OK(trio_sleep(2 * TRIO_SECOND));
    CHECK_EQ(server.store.bytes, 0);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    kv_server_close(&server);
}
