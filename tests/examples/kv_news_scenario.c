// The kv_server on a host of its own: messages are in order, and nobody waits
// for who does not read them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "tests/examples/kv_stage.h"

// ---- Messages ----

static TRIO_CHECKPOINT trio_status listen_for_two(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    static const char *const replies[] = {
        "*3", "subscribe", "news", ":1",    // Of the subscription.
        "*3", "message",   "news", "first", //
        "*3", "message",   "news", "second"};
    trio_status rc = peer_say(peer, "SUBSCRIBE news\r\n");

    if (rc == TRIO_OK)
        rc = kv_expect(peer, replies, 4);
    trio_event_set(&stage->heard);
    return rc == TRIO_OK ? kv_expect(peer, replies + 4, 8) : rc;
}

static TRIO_CHECKPOINT trio_status ann_listens(void *arg)
{
    struct stage *stage = arg;
    trio_status rc = site_visit(&stage->site, listen_for_two, stage);

    trio_event_set(&stage->heard); // Also if she could not come.
    return rc;
}

static TRIO_CHECKPOINT trio_status publish(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    static const char *const replies[] = {":1", ":1"};
    trio_status rc = trio_event_wait(&stage->heard);

    if (rc == TRIO_OK && stage->site.failure != TRIO_OK)
        return rc; // Nobody listens.
    if (rc == TRIO_OK)
        rc = peer_say(peer, "PUBLISH news first\r\nPUBLISH news second\r\n");
    for (size_t i = 0; i < COUNT(replies) && rc == TRIO_OK; i++) {
        char reply[TEXT_MAX];
        rc = kv_hear(peer, reply);
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status bob_publishes(void *arg)
{
    return site_visit(arg, publish, arg);
}

static TRIO_CHECKPOINT trio_status publish_to_one(void *arg)
{
    return site_play_two(ann_listens, bob_publishes, arg);
}

TRIO_SCENARIO(messages_are_in_order)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    return site_play(&stage.site, publish_to_one, &stage);
}

// ---- Who comes and goes ----

// Messages come between the reply to one command and the next, or not.
static TRIO_CHECKPOINT trio_status hear_array(struct peer *peer, char *kind)
{
    char text[TEXT_MAX];
    trio_status rc = kv_hear(peer, text);

    TRIO_SIM_ALWAYS(rc != TRIO_OK || strcmp(text, "*3") == 0,
                    "who has subscribed hears of that and messages only");
    if (rc == TRIO_OK)
        rc = kv_hear(peer, kind);
    for (int i = 0; i < 2 && rc == TRIO_OK; i++)
        rc = kv_hear(peer, text);
    return rc;
}

static TRIO_CHECKPOINT trio_status hear_number(struct peer *peer)
{
    char text[TEXT_MAX];
    trio_status rc = kv_hear(peer, text);

    TRIO_SIM_ALWAYS(rc != TRIO_OK || text[0] == ':',
                    "who has not subscribed hears no messages");
    return rc;
}

// Says each command by itself: others have their turn between them.
static TRIO_CHECKPOINT trio_status say_all(struct peer *peer)
{
    trio_status rc = peer_say(peer, "PUBLISH news x\r\nSUBSCRIBE news\r\n");

    if (rc == TRIO_OK)
        rc = peer_say(peer, "UNSUBSCRIBE\r\n");
    return rc == TRIO_OK ? peer_say(peer, "PUBLISH news y\r\n") : rc;
}

static TRIO_CHECKPOINT trio_status come_and_go(struct peer *peer, void *arg)
{
    char kind[TEXT_MAX] = "";
    trio_status rc = say_all(peer);

    (void)arg;
    if (rc == TRIO_OK)
        rc = hear_number(peer);
    if (rc == TRIO_OK)
        rc = hear_array(peer, kind);
    TRIO_SIM_ALWAYS(rc != TRIO_OK || strcmp(kind, "subscribe") == 0,
                    "the first that is heard is the subscription");
    while (rc == TRIO_OK && strcmp(kind, "unsubscribe") != 0) {
        rc = hear_array(peer, kind);
        TRIO_SIM_SOMETIMES(rc == TRIO_OK && strcmp(kind, "message") == 0,
                           "a message comes meanwhile");
    }
    return rc == TRIO_OK ? hear_number(peer) : rc;
}

static TRIO_CHECKPOINT trio_status both_come_and_go(void *arg)
{
    return site_visit_two(arg, come_and_go, come_and_go, arg);
}

TRIO_SCENARIO(subscribers_come_and_go)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    trio_status rc = site_play(&stage.site, both_come_and_go, &stage);
    TRIO_SIM_ALWAYS(stage.server.connected == 0, "nobody is left");
    return rc;
}

static TRIO_CHECKPOINT trio_status publish_twice(struct peer *peer, void *arg)
{
    trio_status rc = peer_say(peer, "PUBLISH news a\r\nPUBLISH news b\r\n");

    (void)arg;
    for (int i = 0; i < 2 && rc == TRIO_OK; i++)
        rc = hear_number(peer);
    return rc;
}

static TRIO_CHECKPOINT trio_status publish_meanwhile(void *arg)
{
    struct stage *stage = arg;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, both_come_and_go, stage);
    if (rc == TRIO_OK)
        rc = site_visit(&stage->site, publish_twice, stage);
    return trio_nursery_close(&nursery, rc);
}

TRIO_SCENARIO(who_goes_while_others_are_told_hears_no_more)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    return site_play(&stage.site, publish_meanwhile, &stage);
}

// ---- Who does not read ----

#define BUFFER 4096 // Of its socket, at the server.
#define LINE "PUBLISH news %030000d\r\n"
#define LINES 20 // More than all buffers on the way hold.

static TRIO_CHECKPOINT trio_status subscribe_only(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    trio_status rc = peer_say(peer, "SUBSCRIBE news\r\n");
    return rc == TRIO_OK ? trio_event_wait(&stage->heard) : rc;
}

static TRIO_CHECKPOINT trio_status ann_sleeps(void *arg)
{
    return site_visit(arg, subscribe_only, arg);
}

static TRIO_CHECKPOINT trio_status publish_much(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    char line[30100], reply[TEXT_MAX];
    trio_status rc = TRIO_OK;

    for (int i = 0; i < LINES && rc == TRIO_OK; i++) {
        snprintf(line, sizeof(line), LINE, i);
        rc = kv_ask(peer, line, reply);
        if (stage->server.dropped > 0)
            break;
    }
    TRIO_SIM_SOMETIMES(stage->server.dropped == 1, "it is dropped");
    trio_event_set(&stage->heard);
    return rc;
}

static TRIO_CHECKPOINT trio_status bob_publishes_much(void *arg)
{
    struct stage *stage = arg;
    trio_status rc = site_visit(&stage->site, publish_much, stage);

    trio_event_set(&stage->heard);
    return rc;
}

static TRIO_CHECKPOINT trio_status publish_to_nobody(void *arg)
{
    return site_play_two(ann_sleeps, bob_publishes_much, arg);
}

TRIO_SCENARIO(nobody_waits_for_a_slow_reader)
{
    struct stage stage = KV_STAGE_INIT;

    (void)arg;
    stage.site.listen.send_buffer = BUFFER;
    return site_play(&stage.site, publish_to_nobody, &stage);
}
