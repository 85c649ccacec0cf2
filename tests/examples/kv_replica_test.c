// What leader and follower of the example kv_server say to each other, and what
// a follower says to its clients.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <inttypes.h>
#include <stdio.h>

#include "examples/kv_server/follower.h"
#include "tests/examples/kv_peers.h"

// ---- The leader ----

static TRIO_CHECKPOINT trio_status follow_from(struct peer *peer,
                                               const char *id, int64_t offset)
{
    char request[100];

    snprintf(request, sizeof(request), "PSYNC %s %" PRId64 "\r\n", id, offset);
    return say(peer, request);
}

static TRIO_CHECKPOINT trio_status expect_resync(struct peer *peer,
                                                 uint64_t offset,
                                                 const char *snapshot)
{
    char answer[100];

    snprintf(answer, sizeof(answer), "+FULLRESYNC %s %" PRIu64 " %zu\r\n",
             peer->server->leader.id, offset, strlen(snapshot));
    TRY(expect(peer, answer));
    return expect(peer, snapshot);
}

static TRIO_CHECKPOINT trio_status expect_resumed(struct peer *peer)
{
    char answer[100];

    snprintf(answer, sizeof(answer), "+CONTINUE %s\r\n",
             peer->server->leader.id);
    return expect(peer, answer);
}

#define CLEAR "*1\r\n$8\r\nFLUSHALL\r\n"
#define SET_A "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n"
#define INCR_A "*2\r\n$4\r\nINCR\r\n$1\r\na\r\n"
#define BEAT "*1\r\n$4\r\nPING\r\n"

SERVER_TEST(a_new_follower_gets_a_snapshot_and_then_each_change, 2)
{
    struct peer *follower = &world->peers[0], *client = &world->peers[1];

    TRY(exchange(client, "SET a 1\r\n", "+OK\r\n"));
    TRY(follow_from(follower, "?", -1));
    TRY(expect_resync(follower, 1, CLEAR SET_A));
    TRY(exchange(client, "INCR a\r\nGET a\r\n", ":2\r\n$1\r\n2\r\n"));
    TRY(expect(follower, INCR_A));
    CHECK_EQ(kv_leader_offset(&world->server.leader), 1 + strlen(INCR_A));
    return TRIO_OK;
}

SERVER_TEST(a_snapshot_says_how_long_each_key_has_left, 2)
{
    struct peer *follower = &world->peers[0], *client = &world->peers[1];

    TRY(exchange(client, "SET a 1 PX 2000\r\n", "+OK\r\n"));
    TRY(trio_sleep(TRIO_SECOND));
    TRY(follow_from(follower, "?", -1));
    return expect_resync(follower, 1,
                         CLEAR "*5\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n"
                               "$2\r\nPX\r\n$4\r\n1000\r\n");
}

SERVER_TEST(who_comes_back_goes_on_at_its_offset, 3)
{
    struct peer *first = &world->peers[0], *second = &world->peers[1];

    TRY(follow_from(first, "?", -1));
    TRY(expect_resync(first, 1, CLEAR));
    TRY(exchange(&world->peers[2], "INCR a\r\n", ":1\r\n"));
    TRY(expect(first, INCR_A));
    TRY(follow_from(second, world->server.leader.id, 1));
    TRY(expect_resumed(second));
    TRY(expect(second, INCR_A));
    CHECK_EQ(world->server.leader.resumed, 1);
    return TRIO_OK;
}

SERVER_TEST(an_offset_that_is_of_no_use_gets_a_snapshot, 3)
{
    struct peer *first = &world->peers[0], *second = &world->peers[1];

    TRY(follow_from(first, "?", -1));
    TRY(expect_resync(first, 1, CLEAR));
    TRY(follow_from(second, world->server.leader.id, 2)); // Is yet to come.
    TRY(expect_resync(second, 1, CLEAR));
    return TRIO_OK;
}

SERVER_TEST(who_is_further_behind_than_the_backlog_is_dropped, 2)
{
    struct peer *follower = &world->peers[0], *client = &world->peers[1];
    char request[200];
    size_t received;

    TRY(follow_from(follower, "?", -1));
    TRY(expect_resync(follower, 1, CLEAR));
    snprintf(request, sizeof(request), "SET a %0120d\r\n", 1);
    TRY(exchange(client, request, "+OK\r\n"));
    trio_ignore(receive_to_end(follower, &received));
    CHECK_EQ(world->server.dropped, 1);
    return exchange(client, "PING\r\n", "+PONG\r\n");
}

SERVER_TEST(a_follower_hears_something_every_second, 1)
{
    TRY(follow_from(&world->peers[0], "?", -1));
    TRY(expect_resync(&world->peers[0], 1, CLEAR));
    trio_time begun = trio_now();
    TRY(expect(&world->peers[0], BEAT BEAT));
    CHECK(trio_now() - begun <= 2 * KV_BEAT);
    return TRIO_OK;
}

// Among changes there is no place for an error.
SERVER_TEST(who_follows_may_only_acknowledge, 1)
{
    TRY(follow_from(&world->peers[0], "?", -1));
    TRY(expect_resync(&world->peers[0], 1, CLEAR));
    TRY(say(&world->peers[0], "GET a\r\n"));
    return expect_end(&world->peers[0]);
}

SERVER_TEST(who_acknowledges_what_it_was_not_sent_has_to_go, 1)
{
    TRY(follow_from(&world->peers[0], "?", -1));
    TRY(expect_resync(&world->peers[0], 1, CLEAR));
    TRY(say(&world->peers[0], "REPLCONF ACK 2\r\n"));
    return expect_end(&world->peers[0]);
}

// ---- WAIT ----

SERVER_TEST(wait_counts_those_who_have_acknowledged, 2)
{
    struct peer *follower = &world->peers[0], *client = &world->peers[1];

    TRY(exchange(client, "INCR a\r\nWAIT 0 0\r\n", ":1\r\n:0\r\n"));
    TRY(follow_from(follower, "?", -1));
    TRY(expect_resync(follower, 1, CLEAR SET_A));
    TRY(exchange(client, "WAIT 1 10\r\n", ":0\r\n"));
    TRY(say(follower, "REPLCONF ACK 1\r\n"));
    TRY(exchange(client, "WAIT 1 0\r\n", ":1\r\n"));
    TRY(exchange(client, "INCR a\r\nWAIT 1 10\r\nPING\r\n",
                 ":2\r\n:0\r\n+PONG\r\n"));
    TRY(say(client, "WAIT 2 100\r\n"));
    TRY(say(follower, "REPLCONF ACK 22\r\n")); // One, not two.
    trio_time begun = trio_now();
    TRY(expect(client, ":1\r\n"));
    CHECK(trio_now() - begun >= 100 * TRIO_MS);
    return TRIO_OK;
}

SERVER_TEST(wait_takes_no_time_that_is_none, 1)
{
    TRY(exchange(&world->peers[0], "WAIT 1 -1\r\n",
                 "-ERR timeout is negative or out of range\r\n"));
    TRY(exchange(&world->peers[0], "WAIT 1 9223372036854775807\r\n",
                 "-ERR timeout is negative or out of range\r\n"));
    TRY(exchange(&world->peers[0], "WAIT x 1\r\n",
                 "-ERR value is not an integer or out of range\r\n"));
    return TRIO_OK;
}

// ---- The follower ----

static struct kv_follower led;

SERVER_TEST(a_follower_refuses_changes_and_followers, 1)
{
    struct peer *peer = &world->peers[0];

    kv_follower_open(&led, &world->server, "leader.example", 6379);
    TRY(exchange(peer, "SET a 1\r\n",
                 "-READONLY You can't write against a read only replica.\r\n"));
    TRY(exchange(peer, "GET a\r\n", "$-1\r\n"));
    TRY(exchange(peer, "PSYNC ? -1\r\n",
                 "-ERR nobody may follow this server\r\n"));
    TRY(exchange(peer, "WAIT 0 0\r\n",
                 "-ERR WAIT cannot be used with replica instances\r\n"));
    led.is_loading = true;
    TRY(exchange(peer, "GET a\r\n", "-LOADING "));
    return TRIO_OK;
}

SERVER_TEST(what_has_expired_stays_until_the_leader_removes_it, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "SET a 1 PX 1\r\n", "+OK\r\n"));
    kv_follower_open(&led, &world->server, "leader.example", 6379);
    TRY(trio_sleep(TRIO_SECOND));
    CHECK_EQ(kv_store_collect(&world->server.store, 1), 0);
    TRY(exchange(peer, "GET a\r\nTTL a\r\n", "$1\r\n1\r\n:0\r\n"));
    return TRIO_OK;
}

SERVER_TEST(info_tells_the_role, 2)
{
    struct peer *peer = &world->peers[0];

    TRY(follow_from(&world->peers[1], "?", -1));
    TRY(expect_resync(&world->peers[1], 1, CLEAR));
    TRY(say(&world->peers[1], "REPLCONF ACK 1\r\n"));
    TRY(exchange(peer, "WAIT 1 0\r\n", ":1\r\n"));
    TRY(exchange(peer, "INFO replication\r\n",
                 "$250\r\n# Replication\r\nrole:master\r\n"
                 "connected_slaves:1\r\n"
                 "slave0:id="));
    return TRIO_OK;
}
