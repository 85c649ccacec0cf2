// The kv_server on a host of its own: replies are in order, half a command does
// nothing, and it ends in time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/kv_stage.h"

// ---- Order ----

static TRIO_CHECKPOINT trio_status pipeline(struct peer *peer, void *arg)
{
    static const char *const replies[] = {"+OK", ":2", "2", ":3", ":1", "$-1"};

    (void)arg;
    trio_status rc = peer_say(peer, "SET a 1\r\nINCR a\r\nGE");
    if (rc == TRIO_OK)
        rc = peer_say(peer, "T a\r\nINCR a\r\nDEL a\r\nGET a\r\n");
    return rc == TRIO_OK ? kv_expect(peer, replies, COUNT(replies)) : rc;
}

TRIO_SCENARIO(replies_are_in_order)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    return site_play_visit(&stage.site, pipeline, &stage);
}

// ---- Who vanishes ----

static TRIO_CHECKPOINT trio_status say_a_part(struct peer *peer, void *arg)
{
    (void)arg;
    return peer_say(peer, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$9\r\nhal");
}

static TRIO_CHECKPOINT trio_status look(struct peer *peer, void *arg)
{
    static const char *const replies[] = {"$-1"};

    (void)arg;
    trio_status rc = peer_say(peer, "GET a\r\n");
    return rc == TRIO_OK ? kv_expect(peer, replies, COUNT(replies)) : rc;
}

static TRIO_CHECKPOINT trio_status vanish_and_look(void *arg)
{
    trio_status rc = site_visit_two(arg, say_a_part, look, arg);
    return rc == TRIO_OK ? site_visit(arg, look, arg) : rc;
}

TRIO_SCENARIO(half_a_command_does_nothing)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    trio_status rc = site_play(&stage.site, vanish_and_look, &stage);
    TRIO_SIM_ALWAYS(stage.server.connected == 0, "nobody is left");
    return rc;
}

// ---- The end ----

// Stays, in the middle of a command, and cannot be reached any more.
static TRIO_CHECKPOINT trio_status stay(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    char reply[TEXT_MAX];
    trio_status rc = kv_ask(peer, "SUBSCRIBE news\r\n", reply);

    if (rc == TRIO_OK)
        rc = peer_say(peer, "SET a");
    return rc == TRIO_OK ? site_stop_unreachable(&stage->site) : rc;
}

TRIO_SCENARIO(a_stopped_server_ends_within_its_grace, .still_clock = true)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    return site_play_visit(&stage.site, stay, &stage);
}
