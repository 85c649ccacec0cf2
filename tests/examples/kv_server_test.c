// The example kv_server as a whole: what a client sends, and all that it gets
// for it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "tests/examples/kv_peers.h"

// ---- Requests and replies ----

SERVER_TEST(values_are_set_and_got, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "PING\r\n", "+PONG\r\n"));
    TRY(exchange(peer, "SET a 1\r\n", "+OK\r\n"));
    TRY(exchange(peer, "GET a\r\n", "$1\r\n1\r\n"));
    TRY(exchange(peer, "INCR a\r\n", ":2\r\n"));
    TRY(exchange(peer, "DECR n\r\n", ":-1\r\n"));
    TRY(exchange(peer, "MSET b x c y\r\n", "+OK\r\n"));
    TRY(exchange(peer, "MGET b nope c\r\n",
                 "*3\r\n$1\r\nx\r\n$-1\r\n$1\r\ny\r\n"));
    TRY(exchange(peer, "EXISTS a b b nope\r\n", ":3\r\n"));
    TRY(exchange(peer, "DEL a b nope\r\n", ":2\r\n"));
    TRY(exchange(peer, "ECHO \"x y\"\r\n", "$3\r\nx y\r\n"));
    return TRIO_OK;
}

SERVER_TEST(set_has_options, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "SET a 1 XX\r\n", "$-1\r\n"));
    TRY(exchange(peer, "SET a 1 NX EX 2\r\n", "+OK\r\n"));
    TRY(exchange(peer, "SET a 2 NX\r\n", "$-1\r\n"));
    TRY(exchange(peer, "TTL a\r\n", ":2\r\n"));
    TRY(exchange(peer, "PERSIST a\r\n", ":1\r\n"));
    TRY(exchange(peer, "TTL a\r\n", ":-1\r\n"));
    TRY(exchange(peer, "EXPIRE a 3\r\n", ":1\r\n"));
    TRY(exchange(peer, "SET b 1 px 1500\r\n", "+OK\r\n"));
    TRY(trio_sleep(1500 * TRIO_MS));
    TRY(exchange(peer, "GET b\r\n", "$-1\r\n"));
    TRY(exchange(peer, "TTL b\r\n", ":-2\r\n"));
    TRY(trio_sleep(1500 * TRIO_MS));
    TRY(exchange(peer, "EXISTS a\r\n", ":0\r\n"));
    TRY(exchange(peer, "SET a 1\r\nEXPIRE a -1\r\nGET a\r\n",
                 "+OK\r\n:1\r\n$-1\r\n"));
    return TRIO_OK;
}

// What is wrong with a request is told, and the next one is read.
SERVER_TEST(a_wrong_request_is_told_what_is_wrong, 1)
{
    static const char *const pairs[][2] = {
        {"nope\r\n", "-ERR unknown command 'nope'\r\n"},
        {"GET\r\n", "-ERR wrong number of arguments for 'GET' command\r\n"},
        {"MSET a\r\n", "-ERR wrong number of arguments for 'MSET' command\r\n"},
        {"MSET a 1 b\r\n",
         "-ERR wrong number of arguments for 'MSET' command\r\n"},
        {"SET a 1 NX XX\r\n", "-ERR syntax error\r\n"},
        {"SET a 1 EX\r\n", "-ERR syntax error\r\n"},
        {"SET a 1 EX 1 PX 1\r\n", "-ERR syntax error\r\n"},
        {"SET a 1 EX x\r\n",
         "-ERR value is not an integer or out of range\r\n"},
        {"SET a 1 EX 0\r\n", "-ERR invalid expire time in 'set' command\r\n"},
        {"SET a 1 EX 9223372036854775807\r\n",
         "-ERR invalid expire time in 'set' command\r\n"},
        {"SET a-key-that-is-too-long 1\r\n", "-ERR the name is too long\r\n"},
        {"SET x y\r\nINCR x\r\n",
         "+OK\r\n-ERR value is not an integer or out of range\r\n"},
        {"SET x 9223372036854775807\r\nINCR x\r\n",
         "+OK\r\n-ERR increment or decrement would overflow\r\n"},
        {"EXPIRE x 9223372036854775807\r\n",
         "-ERR invalid expire time in 'expire' command\r\n"},
        {"SCAN x\r\n", "-ERR invalid cursor\r\n"},
        {"SCAN 0 COUNT\r\n", "-ERR syntax error\r\n"},
        {"SCAN 0 COUNT 0\r\n", "-ERR syntax error\r\n"},
        {"CONFIG SET save x\r\n", "-ERR only CONFIG GET is supported\r\n"},
        {"CLIENT nope\r\n", "-ERR unknown subcommand of CLIENT\r\n"},
        {"GET a\r\n", "$-1\r\n"},
    };

    for (size_t i = 0; i < COUNT(pairs); i++)
        TRY(exchange(&world->peers[0], pairs[i][0], pairs[i][1]));
    return TRIO_OK;
}

static trio_status count_sends(struct trio_memory_stream *stream, void *arg)
{
    size_t *sends = arg;

    (void)stream;
    (*sends)++;
    return TRIO_OK;
}

SERVER_TEST(a_pipeline_is_answered_in_order_and_by_one_send, 1)
{
    struct peer *peer = &world->peers[0];
    size_t sends = 0;

    peer->far.hooks = (struct trio_memory_stream_hooks){.send_all = count_sends,
                                                        .arg = &sends};
    TRY(say(peer, "SET a 1\r\nINCR a\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\nPING\r\n"
                  "GET"));
    TRY(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(sends, 1);
    peer->far.hooks = (struct trio_memory_stream_hooks){NULL, NULL, NULL, NULL};
    trio_memory_stream_pump(&peer->near, SIZE_MAX);
    TRY(expect(peer, "+OK\r\n:2\r\n$1\r\n2\r\n+PONG\r\n"));
    return exchange(peer, " a\r\n", "$1\r\n2\r\n");
}

SERVER_TEST(a_scan_finds_what_fits_its_pattern, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "MSET a1 x b2 x\r\n", "+OK\r\n"));
    TRY(exchange(peer, "SCAN 0 COUNT 1000 MATCH a*\r\n",
                 "*2\r\n$1\r\n0\r\n*1\r\n$2\r\na1\r\n"));
    return exchange(peer, "SCAN 0 MATCH x COUNT 1000\r\n",
                    "*2\r\n$1\r\n0\r\n*0\r\n");
}

SERVER_TEST(clients_have_names_and_numbers, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "CLIENT GETNAME\r\n", "$-1\r\n"));
    TRY(exchange(peer, "CLIENT SETNAME ada\r\n", "+OK\r\n"));
    TRY(exchange(peer, "CLIENT GETNAME\r\n", "$3\r\nada\r\n"));
    TRY(exchange(peer, "CLIENT ID\r\n", ":1\r\n"));
    return exchange(peer, "CLIENT LIST\r\n", "$42\r\nid=1 name=ada sub=0");
}

SERVER_TEST(settings_can_be_read, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "CONFIG GET maxc* save\r\n",
                 "*4\r\n$10\r\nmaxclients\r\n$1\r\n3\r\n$4\r\nsave\r\n"
                 "$0\r\n\r\n"));
    TRY(exchange(peer, "CONFIG GET\r\n",
                 "-ERR wrong number of arguments for 'CONFIG' command\r\n"));
    return exchange(peer, "CONFIG GET nope\r\n", "*0\r\n");
}

SERVER_TEST(what_the_server_tells_of_itself_has_sections, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "INFO keyspace\r\n", "$14\r\n# Keyspace\r\n\r\n\r\n"));
    TRY(exchange(peer, "SET a 1 EX 9\r\n", "+OK\r\n"));
    TRY(exchange(peer, "SET b 1\r\n", "+OK\r\n"));
    TRY(exchange(peer, "INFO nope KEYSPACE\r\n",
                 "$46\r\n# Keyspace\r\ndb0:keys=2,expires=1,avg_ttl=0\r\n"
                 "\r\n\r\n"));
    TRY(exchange(peer, "INFO clients keyspace\r\n",
                 "$113\r\n# Clients\r\nconnected_clients:1\r\n"
                 "maxclients:3\r\nblocked_clients:0\r\n\r\n"
                 "# Keyspace\r\n"));
    TRY(expect(peer, "db0:keys=2,expires=1,avg_ttl=0\r\n\r\n\r\n"));
    TRY(exchange(peer, "INFO nope\r\n", "$0\r\n\r\n"));
    return TRIO_OK;
}

// ---- The end ----

SERVER_TEST(who_breaks_the_protocol_is_told_and_disconnected, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "PING\r\n*1\r\n:PING\r\nPING\r\n",
                 "+PONG\r\n-ERR Protocol error: expected '$'\r\n"));
    TRY(expect_end(peer));
    CHECK_OK(peer->rc);
    return TRIO_OK;
}

SERVER_TEST(who_quits_is_answered_first, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "SET a 1\r\nQUIT\r\nGET a\r\n", "+OK\r\n+OK\r\n"));
    return expect_end(peer);
}

SERVER_TEST(who_sends_its_end_is_answered_first, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(say(peer, "PING\r\nGET"));
    TRY(trio_stream_send_eof(&peer->near.stream));
    TRY(expect(peer, "+PONG\r\n"));
    return expect_end(peer);
}

SERVER_TEST(who_vanishes_is_forgotten, 1)
{
    struct peer *peer = &world->peers[0];

    TRY(exchange(peer, "SUBSCRIBE a\r\n",
                 "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"));
    trio_stream_close_forcefully(&peer->near.stream);
    TRY(trio_wait_all_tasks_blocked(0));
    CHECK(peer->served);
    CHECK_OK(peer->rc);
    return TRIO_OK;
}

static trio_status fail_to_receive(struct trio_memory_stream *stream, void *arg)
{
    (void)stream;
    return *(const trio_status *)arg;
}

// However a connection ends, it is no failure of the server.
SERVER_TEST(who_is_lost_is_forgotten, 1)
{
    static trio_status ends[] = {TRIO_EBROKEN, TRIO_EPEERTIMEDOUT,
                                 TRIO_EUNREACHABLE};
    struct peer *peer = &world->peers[0];

    for (size_t i = 0; i < COUNT(ends); i++) {
        TRY(exchange(peer, "PING\r\n", "+PONG\r\n"));
        peer->far.hooks.arg = &ends[i];
        peer->far.hooks.receive_some = fail_to_receive;
        TRY(say(peer, "PING\r\n"));
        TRY(expect(peer, "+PONG\r\n")); // That call had begun.
        TRY(trio_wait_all_tasks_blocked(0));
        CHECK(peer->served);
        CHECK_OK(peer->rc);
        close_peer(peer);
        TRY(connect_peer(peer, &world->server, &world->nursery));
    }
    return TRIO_OK;
}

SERVER_TEST(who_sends_no_whole_request_is_disconnected, 1)
{
    struct peer *peer = &world->peers[0];

    for (int i = 0; i < 3; i++) { // Each of these gives it more time.
        TRY(trio_sleep(9 * TRIO_SECOND));
        TRY(exchange(peer, "PING\r\n", "+PONG\r\n"));
    }
    for (int i = 0; i < 3; i++) { // And a part of one does not.
        TRY(trio_sleep(3 * TRIO_SECOND));
        CHECK(!peer->served);
        TRY(say(peer, "P"));
    }
    TRY(trio_sleep(TRIO_SECOND));
    TRY(expect_end(peer));
    CHECK_OK(peer->rc);
    return TRIO_OK;
}

// ---- Limits ----

SERVER_TEST(one_client_too_many_is_told_so, 4)
{
    TRY(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(world->server.connected, 3);
    CHECK_EQ(world->server.rejected, 1);
    if (!check_is_fifo())
        return TRIO_OK; // It may be any of them.
    TRY(exchange(&world->peers[2], "PING\r\n", "+PONG\r\n"));
    TRY(expect(&world->peers[3], "-ERR max number of clients reached\r\n"));
    return expect_end(&world->peers[3]);
}

// Sends `count` times the same.
static TRIO_CHECKPOINT trio_status say_many(struct peer *peer, const char *text,
                                            size_t count)
{
    trio_status rc = TRIO_OK;

    for (size_t i = 0; i < count && rc == TRIO_OK; i++)
        rc = say(peer, text);
    return rc;
}

SERVER_TEST(a_request_has_a_limit, 1)
{
    struct peer *peer = &world->peers[0];
    static char zeros[25001];

    memset(zeros, '0', sizeof(zeros) - 1);
    TRY(exchange(peer, "*2\r\n$4\r\nECHO\r\n$30001\r\n",
                 "-ERR Protocol error: invalid bulk length\r\n"));
    TRY(expect_end(peer));
    TRY(trio_wait_all_tasks_blocked(0));
    close_peer(peer);
    TRY(connect_peer(peer, &world->server, &world->nursery));
    TRY(say(peer, "*4\r\n$4\r\nMGET\r\n"));
    for (int i = 0; i < 2; i++) {
        TRY(say(peer, "$25000\r\n"));
        TRY(say(peer, zeros));
        TRY(say(peer, "\r\n"));
    }
    TRY(expect(peer, "-ERR Protocol error: too big request\r\n"));
    return expect_end(peer);
}

// The pipeline has far more replies than may wait, but they are sent in
// between.
SERVER_TEST(a_long_pipeline_is_no_large_output, 1)
{
    struct peer *peer = &world->peers[0];
    static char value[15001];
    size_t received;

    memset(value, '0', sizeof(value) - 1);
    TRY(say(peer, "SET a "));
    TRY(say(peer, value));
    TRY(say_many(peer, "\r\nGET a", 20));
    TRY(say(peer, "\r\n"));
    TRY(trio_stream_send_eof(&peer->near.stream));
    trio_status rc = receive_to_end(peer, &received);
    CHECK_STATUS(rc, TRIO_EEND);
    CHECK_EQ(received, 5 + 20 * (15000 + 10));
    CHECK_EQ(world->server.dropped, 0);
    return rc == TRIO_EEND ? TRIO_OK : rc;
}

SERVER_TEST(a_reply_beyond_the_limit_ends_the_client, 1)
{
    struct peer *peer = &world->peers[0];
    static char value[25001];

    memset(value, '0', sizeof(value) - 1);
    TRY(say(peer, "SET a "));
    TRY(say(peer, value));
    TRY(exchange(peer, "\r\n", "+OK\r\n"));
    TRY(say(peer, "MGET a a\r\n"));
    TRY(expect_end(peer));
    CHECK_EQ(world->server.dropped, 1);
    return TRIO_OK;
}

SERVER_TEST(a_full_store_says_so, 1)
{
    struct peer *peer = &world->peers[0];
    static char value[25001];

    memset(value, '0', sizeof(value) - 1);
    for (int i = 0; i < 4; i++) {
        char key[32];
        snprintf(key, sizeof(key), "SET %d ", i);
        TRY(say(peer, key));
        TRY(say(peer, value));
        TRY(exchange(peer, "\r\n", i < 3 ? "+OK\r\n" : "-OOM command not"));
    }
    return TRIO_OK;
}
