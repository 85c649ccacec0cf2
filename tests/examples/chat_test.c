// The example chat: what each guest hears, also one that does not listen.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "examples/chat/room.h"
#include "tests/check.h"
#include "tests/examples/try.h"

// A guest at the near end of a stream in lockstep: what it is sent waits until
// it reads.
struct guest {
    struct chat_room *room;
    struct trio_lockstep_stream near, far;
    bool gone;
};

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct guest *guest = arg;
    trio_status rc = chat_serve_guest(&guest->far.stream, guest->room);

    guest->gone = true;
    trio_stream_close_forcefully(&guest->far.stream);
    return rc;
}

static TRIO_CHECKPOINT trio_status say(struct guest *guest, const char *text)
{
    return trio_stream_send_all(&guest->near.stream, text, strlen(text), NULL);
}

// Receives what is to be `expected`, which fails at the first part that is not.
static TRIO_CHECKPOINT trio_status hear(struct guest *guest,
                                        const char *expected)
{
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && *expected != '\0') {
        char text[500];
        size_t length = 0, left = strlen(expected);
        rc = trio_stream_receive_some(
            &guest->near.stream, text,
            left < sizeof(text) - 1 ? left : sizeof(text) - 1, &length);
        text[length] = '\0';
        if (rc == TRIO_OK && strncmp(text, expected, length) != 0)
            CHECK_STRING(text, expected);
        expected += length;
    }
    return rc;
}

typedef trio_status (*body_fn)(struct guest *guests);

// Runs a body with a room and three who may come into it.
static TRIO_PARKS void run_room(body_fn body)
{
    struct chat_room room = {NULL};
    struct guest guests[3];
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    memset(guests, 0, sizeof(guests));
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(guests) && rc == TRIO_OK; i++) {
        guests[i].room = &room;
        trio_lockstep_stream_pair(&guests[i].near, &guests[i].far);
        rc = trio_nursery_start_soon(&nursery, serve, &guests[i]);
    }
    if (rc == TRIO_OK)
        rc = body(guests);
    for (size_t i = 0; i < COUNT(guests); i++)
        trio_stream_close_forcefully(&guests[i].near.stream);
    rc = trio_nursery_close(&nursery, rc);
    for (size_t i = 0; i < COUNT(guests); i++)
        trio_stream_close_forcefully(&guests[i].far.stream);
    TRIO_SIM_ALWAYS(room.guests == NULL, "the room is empty");
    CHECK_OK(rc);
}

#define CHAT_TEST(name)                                                        \
    static TRIO_CHECKPOINT trio_status name##_body(struct guest *guests);      \
    TEST(chat, name)                                                           \
    {                                                                          \
        run_room(name##_body);                                                 \
    }                                                                          \
    static TRIO_CHECKPOINT trio_status name##_body(struct guest *guests)

static TRIO_CHECKPOINT trio_status come_in(struct guest *guest,
                                           const char *name)
{
    trio_status rc = hear(guest, "* your name?\n");
    return rc == TRIO_OK ? say(guest, name) : rc;
}

CHAT_TEST(what_one_says_all_others_hear)
{
    TRY(come_in(&guests[0], "Ada\n"));
    TRY(trio_wait_all_tasks_blocked(0));
    TRY(come_in(&guests[1], "Grace\r\n"));
    TRY(hear(&guests[0], "* Grace is here\n"));
    TRY(come_in(&guests[2], "Mary\n"));
    TRY(hear(&guests[0], "* Mary is here\n"));
    TRY(hear(&guests[1], "* Mary is here\n"));
    TRY(say(&guests[1], "hello\nI am \x1b[31mred\n"));
    TRY(hear(&guests[0], "Grace: hello\nGrace: I am ?[31mred\n"));
    TRY(hear(&guests[2], "Grace: hello\nGrace: I am ?[31mred\n"));
    return TRIO_OK;
}

CHAT_TEST(who_goes_is_missed)
{
    TRY(come_in(&guests[0], "Ada\n"));
    TRY(trio_wait_all_tasks_blocked(0));
    TRY(come_in(&guests[1], "Grace\n"));
    TRY(hear(&guests[0], "* Grace is here\n"));
    TRY(say(&guests[1], "bye\nand a line without an end"));
    TRY(trio_stream_send_eof(&guests[1].near.stream));
    TRY(hear(&guests[0], "Grace: bye\n* Grace has gone\n"));
    TRY(trio_wait_all_tasks_blocked(0));
    CHECK(guests[1].gone);
    return TRIO_OK;
}

CHAT_TEST(who_says_too_much_at_once_has_to_go)
{
    char line[CHAT_LINE_MAX + 1];

    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    TRY(come_in(&guests[0], "Ada\n"));
    TRY(say(&guests[0], line)); // And its end is yet to come.
    TRY(hear(&guests[0], "* that is too long\n"));
    TRY(come_in(&guests[1], "A name of more than twenty letters\n"));
    return hear(&guests[1], "* that is too long\n");
}

// Sixteen lines wait for it, one is on its way, and the others are counted.
CHAT_TEST(who_does_not_listen_misses_lines_and_nobody_waits)
{
    char text[CHAT_QUEUE_MAX * 12] = "";
    size_t length = 0;

    TRY(come_in(&guests[0], "Ada\n"));
    TRY(trio_wait_all_tasks_blocked(0));
    TRY(come_in(&guests[1], "Grace\n"));
    TRY(hear(&guests[0], "* Grace is here\n"));
    for (int i = 0; i < CHAT_QUEUE_MAX + 1 + 5; i++) {
        char line[16];
        snprintf(line, sizeof(line), "%d\n", i);
        TRY(say(&guests[1], line));
        TRY(trio_wait_all_tasks_blocked(0));
        if (i <= CHAT_QUEUE_MAX)
            length += (size_t)snprintf(text + length, sizeof(text) - length,
                                       "Grace: %d\n", i);
    }
    TRY(hear(&guests[0], text));
    TRY(trio_wait_all_tasks_blocked(0));
    TRY(say(&guests[1], "still there?\n"));
    return hear(&guests[0], "* you missed 5 lines\nGrace: still there?\n");
}

CHAT_TEST(who_goes_without_listening_is_not_waited_for)
{
    TRY(come_in(&guests[0], "Ada\n"));
    TRY(trio_wait_all_tasks_blocked(0));
    TRY(come_in(&guests[1], "Grace\nhello\n"));
    TRY(trio_stream_send_eof(&guests[0].near.stream));
    TRY(trio_sleep(2 * TRIO_SECOND));
    CHECK(guests[0].gone);
    return TRIO_OK;
}

CHAT_TEST(a_name_has_a_letter_at_least)
{
    TRY(come_in(&guests[0], "\n"));
    return come_in(&guests[0], "Ada\n");
}

CHAT_TEST(who_does_not_say_its_name_has_to_go)
{
    TRY(come_in(&guests[0], "A"));
    TRY(trio_sleep(CHAT_NAME_LIMIT - TRIO_SECOND));
    CHECK(!guests[0].gone);
    TRY(come_in(&guests[1], "Grace\n"));
    TRY(trio_sleep(TRIO_HOUR)); // Whoever has one may be silent.
    CHECK(guests[0].gone);
    CHECK(!guests[1].gone);
    return TRIO_OK;
}
