// The kv_server on a host of its own, at its limits: of handles, of clients, of
// time; and stopped while it is at work.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/examples/kv_stage.h"

static TRIO_CHECKPOINT trio_status say_hello(struct peer *peer, void *arg)
{
    static const char *const replies[] = {"+PONG", "$-1"};
    trio_status rc = peer_say(peer, "PING\r\nGET a\r\n");

    (void)arg;
    return rc == TRIO_OK ? kv_expect(peer, replies, COUNT(replies)) : rc;
}

static TRIO_CHECKPOINT trio_status both_visit(void *arg)
{
    return site_visit_two(arg, say_hello, say_hello, arg);
}

// ---- Handles ----

TRIO_SCENARIO(who_finds_no_handle_is_served_later)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    stage.site.handles_max = 2; // The listener's, and one more.
    trio_status rc = site_play(&stage.site, both_visit, &stage);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || stage.server.accepted <= 2,
                    "each is accepted once");
    return rc;
}

// ---- Clients ----

// There is room for one. Whoever finds none hears why, if he still listens.
static TRIO_CHECKPOINT trio_status visit_if_possible(struct peer *peer,
                                                     void *arg)
{
    struct stage *stage = arg;
    char reply[TEXT_MAX];
    trio_status rc = trio_sleep(TRIO_MS);

    if (rc == TRIO_OK)
        rc = kv_ask(peer, "PING\r\n", reply);
    bool rejected = rc == TRIO_ENOBUFS || rc == TRIO_EBROKEN;
    TRIO_SIM_SOMETIMES(rc == TRIO_ENOBUFS,
                       "somebody hears that he is rejected");
    TRIO_SIM_SOMETIMES(rc == TRIO_OK, "somebody is served");
    return rejected && stage->server.rejected > 0 ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status both_try_to_visit(void *arg)
{
    return site_visit_two(arg, visit_if_possible, visit_if_possible, arg);
}

TRIO_SCENARIO(who_is_too_many_is_rejected)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    stage.limits.clients = 1;
    trio_status rc = site_play(&stage.site, both_try_to_visit, &stage);
    TRIO_SIM_ALWAYS(stage.server.rejected <= 1, "one at most is rejected");
    TRIO_SIM_ALWAYS(stage.server.connected == 0, "nobody is left");
    return rc;
}

// ---- Time ----

#define IDLE 10 // Seconds.

// Says something now and then, but never a whole command.
static TRIO_CHECKPOINT trio_status dribble(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    trio_status rc = peer_say(peer, "SET a");

    trio_sim_calm(TRIO_MINUTE); // Soon what was late is there.
    trio_time begin = trio_now();
    if (rc == TRIO_OK)
        rc = trio_sleep((IDLE - 1) * TRIO_SECOND);
    if (rc == TRIO_OK)
        rc = peer_say(peer, " 1");
    if (rc == TRIO_OK)
        rc = trio_sleep(IDLE / 2 * TRIO_SECOND);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || stage->server.connected == 0 ||
                        trio_now() < begin + IDLE * TRIO_SECOND,
                    "who says no whole command is not kept");
    return rc;
}

TRIO_SCENARIO(who_is_idle_has_to_go, .still_clock = true)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    stage.limits.idle = IDLE;
    return site_play_visit(&stage.site, dribble, &stage);
}

// ---- The end, at work ----

// Goes on until the server ends it. What is answered is in order.
static TRIO_CHECKPOINT trio_status count_on(struct peer *peer, void *arg)
{
    char reply[TEXT_MAX], expected[] = ":1";
    trio_status rc = TRIO_OK;

    (void)arg;
    for (; expected[1] <= '9' && rc == TRIO_OK; expected[1]++) {
        rc = kv_ask(peer, "INCR a\r\n", reply);
        TRIO_SIM_ALWAYS(rc != TRIO_OK || strcmp(reply, expected) == 0,
                        "an increment that is answered was done once");
    }
    TRIO_SIM_SOMETIMES(rc == TRIO_OK, "who is quick enough is answered");
    TRIO_SIM_SOMETIMES(rc == TRIO_EEND, "who is not is sent away");
    return rc == TRIO_EEND || rc == TRIO_EBROKEN ? TRIO_OK : rc;
}

static TRIO_CHECKPOINT trio_status visit_to_count(void *arg)
{
    return site_visit(arg, count_on, arg);
}

// More than half of the ways that this takes, and less than all.
#define MEANWHILE (12 * TRIO_SIM_LATENCY_DEFAULT)

static TRIO_CHECKPOINT trio_status stop_meanwhile(void *arg)
{
    struct stage *stage = arg;
    struct trio_sim_host *host;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = site_start(&nursery, "ann", visit_to_count, stage, &host);
    if (rc == TRIO_OK)
        rc = trio_sleep(MEANWHILE);
    trio_serve_stop(&stage->site.door, MEANWHILE);
    rc = trio_nursery_close(&nursery, rc);
    // She may have come too late, or been connected and not accepted.
    if (stage->site.failure == TRIO_ECONNREFUSED ||
        stage->site.failure == TRIO_EBROKEN)
        stage->site.failure = TRIO_OK;
    return rc;
}

TRIO_SCENARIO(who_is_served_may_go_on_for_the_grace)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    trio_status rc = site_play(&stage.site, stop_meanwhile, &stage);
    TRIO_SIM_ALWAYS(stage.server.connected == 0, "nobody is left");
    return rc;
}
