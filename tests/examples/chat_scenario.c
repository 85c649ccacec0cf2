// The chat on a host of its own: what one says the other hears, in order and by
// whole lines, whatever becomes of the network and of the guests.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "examples/chat/room.h"
#include "tests/examples/site.h"

#define TEXT_MAX 64

// A stage is what the tasks of a scene share.
struct stage {
    struct site site;
    struct chat_room room;
    struct trio_event ann_is_in;
    size_t heard; // Lines, by Ann.
};

static TRIO_CHECKPOINT trio_status run_chat(void *arg)
{
    struct stage *stage = arg; // The site comes first.
    return site_serve(&stage->site, chat_serve_guest, &stage->room);
}

#define STAGE_INIT                                                             \
    {                                                                          \
        .site = {.run = run_chat, .grace = GRACE},                             \
        .ann_is_in = TRIO_EVENT_INIT                                           \
    }

#define LINES "lines are heard whole and in order"

static TRIO_CHECKPOINT trio_status hear_question(struct peer *peer)
{
    char text[TEXT_MAX];
    trio_status rc = peer_hear(peer, text, sizeof(text));

    TRIO_SIM_ALWAYS(rc != TRIO_OK || strcmp(text, "* your name?") == 0, LINES);
    return rc;
}

// ---- Two guests ----

static const char *const from_bob[] = {"* bob is here", "bob: one", "bob: two",
                                       "* bob has gone"};

// He may go sooner than he would.
static TRIO_CHECKPOINT trio_status hear_bob(struct stage *stage,
                                            struct peer *peer, bool *ret_gone)
{
    char text[TEXT_MAX];
    trio_status rc = peer_hear(peer, text, sizeof(text));

    if (rc != TRIO_OK)
        return rc;
    bool next = strcmp(text, from_bob[stage->heard]) == 0;
    stage->heard += next;
    *ret_gone = strcmp(text, from_bob[COUNT(from_bob) - 1]) == 0;
    TRIO_SIM_ALWAYS(next || *ret_gone, LINES);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status listen_to_bob(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    bool gone = false;
    trio_status rc = hear_question(peer);

    if (rc == TRIO_OK)
        rc = peer_say(peer, "ann\n");
    trio_event_set(&stage->ann_is_in);
    while (rc == TRIO_OK && !gone)
        rc = hear_bob(stage, peer, &gone);
    return rc;
}

static TRIO_CHECKPOINT trio_status be_ann(void *arg)
{
    struct stage *stage = arg;
    trio_status rc = site_visit(&stage->site, listen_to_bob, stage);

    trio_event_set(&stage->ann_is_in); // Also if she could not come.
    return rc;
}

// Goes in the middle of a line, which nobody hears.
static TRIO_CHECKPOINT trio_status talk_to_ann(struct peer *peer, void *arg)
{
    trio_status rc = hear_question(peer);

    (void)arg;
    if (rc == TRIO_OK)
        rc = peer_say(peer, "bob\n");
    if (rc == TRIO_OK)
        rc = peer_say(peer, "one\ntw");
    return rc == TRIO_OK ? peer_say(peer, "o\nthr") : rc;
}

// What she has said may be late, or never come.
static TRIO_CHECKPOINT trio_status wait_until_ann_is_known(struct stage *stage)
{
    trio_status rc = trio_event_wait(&stage->ann_is_in);

    for (int i = 0; i < 100 && rc == TRIO_OK && stage->room.guests == NULL; i++)
        rc = trio_sleep(TRIO_SECOND);
    return rc;
}

static TRIO_CHECKPOINT trio_status be_bob(void *arg)
{
    struct stage *stage = arg;
    trio_status rc = wait_until_ann_is_known(stage);

    return rc == TRIO_OK && stage->site.failure == TRIO_OK
               ? site_visit(&stage->site, talk_to_ann, stage)
               : rc;
}

static TRIO_CHECKPOINT trio_status play_both(void *arg)
{
    return site_play_two(be_ann, be_bob, arg);
}

TRIO_SCENARIO(what_one_says_the_other_hears, .still_clock = true)
{
    struct stage stage = STAGE_INIT;

    (void)arg;
    trio_status rc = site_play(&stage.site, play_both, &stage);
    TRIO_SIM_ALWAYS(stage.room.guests == NULL, "nobody is left");
    return rc == TRIO_OK && stage.heard < COUNT(from_bob) ? TRIO_EEND : rc;
}

// ---- The end ----

// Stays, in the middle of a line, and cannot be reached any more.
static TRIO_CHECKPOINT trio_status stay(struct peer *peer, void *arg)
{
    struct stage *stage = arg;
    trio_status rc = hear_question(peer);

    if (rc == TRIO_OK)
        rc = peer_say(peer, "ann\nhello");
    if (rc == TRIO_OK)
        rc = trio_sleep(TRIO_SECOND); // By then the room knows her.
    return rc == TRIO_OK ? site_stop_unreachable(&stage->site) : rc;
}

static TRIO_CHECKPOINT trio_status stop_with_a_guest(void *arg)
{
    return site_visit(arg, stay, arg);
}

TRIO_SCENARIO(a_stopped_chat_ends_within_its_grace, .still_clock = true)
{
    struct stage stage = STAGE_INIT;

    (void)arg;
    trio_status rc = site_play(&stage.site, stop_with_a_guest, &stage);
    TRIO_SIM_ALWAYS(stage.room.guests == NULL, "nobody is left");
    return rc;
}
