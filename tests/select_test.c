// What trio/select.h promises, clause by clause, in virtual time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/select.h>

#include "tests/check.h"
#include "tests/pipe.h"
#include "tests/tasks.h"

enum { NONE = 99 };

// One task's select over everything in virtual time, and what came of it.
struct chooser {
    struct pipe *from;
    struct pipe *to;
    struct trio_event *event;
    trio_duration limit;
    char item;
    size_t index;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status choose(void *arg)
{
    struct chooser *chooser = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_case cases[] = {
        trio_case_receive(&chooser->from->receiver, &chooser->item),
        trio_case_send(&chooser->to->sender, "s"),
        trio_case_event(chooser->event),
        trio_case_at(trio_time_add(trio_now(), chooser->limit)),
    };

    chooser->index = NONE;
    chooser->rc = trio_select(&choice, cases, COUNT(cases), &chooser->index);
    return chooser->rc == TRIO_ECANCELED ? TRIO_ECANCELED : TRIO_OK;
}

// A task that waits in a select of which nothing is ready.
struct scene {
    struct pipe from;
    struct pipe to;
    struct trio_event event;
    struct chooser chooser;
};

static TRIO_PARKS void scene_open(struct scene *scene,
                                  struct trio_nursery *nursery)
{
    *scene = (struct scene){.event = TRIO_EVENT_INIT};
    pipe_open(&scene->from, 0);
    pipe_open(&scene->to, 0);
    scene->chooser = (struct chooser){.from = &scene->from,
                                      .to = &scene->to,
                                      .event = &scene->event,
                                      .limit = TRIO_HOUR,
                                      .item = '-'};
    CHECK_OK(trio_nursery_start_soon(nursery, choose, &scene->chooser));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(scene->chooser.index, NONE);
}

// Nobody is left in any lot, and nothing but the case happened.
static void scene_close(struct scene *scene)
{
    CHECK_EQ(pipe_look(&scene->from).receiving, 0);
    CHECK_EQ(pipe_look(&scene->to).sending, 0);
    CHECK_EQ(trio_event_statistics(&scene->event).waiting, 0);
    CHECK_EQ(scene->chooser.item,
             scene->chooser.index == 0 && scene->chooser.rc == TRIO_OK ? 'x'
                                                                       : '-');
    CHECK_EQ(pipe_look(&scene->to).sent,
             scene->chooser.index == 1 && scene->chooser.rc == TRIO_OK);
    pipe_close(&scene->from);
    pipe_close(&scene->to);
}

// ---- Waiting ----

// S60
TEST(select, each_case_ends_the_wait_alone)
{
    for (size_t i = 0; i < 4; i++) {
        struct trio_nursery nursery;
        struct scene scene;
        char item = '-';

        trio_nursery_open(&nursery);
        scene_open(&scene, &nursery);
        trio_time before = trio_now();
        if (i == 0)
            CHECK_OK(trio_channel_send_nowait(&scene.from.sender, "x"));
        if (i == 1)
            CHECK_OK(trio_channel_receive_nowait(&scene.to.receiver, &item));
        if (i == 2)
            trio_event_set(&scene.event);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_EQ(trio_now() - before, i == 3 ? TRIO_HOUR : 0);
        CHECK_EQ(item, i == 1 ? 's' : '-');
        CHECK_OK(scene.chooser.rc);
        CHECK_EQ(scene.chooser.index, i);
        scene_close(&scene);
    }
}

// S60
TEST(select, of_two_that_come_in_one_step_only_the_first_is_done)
{
    struct trio_nursery nursery;
    struct scene scene;
    char item = '-';

    trio_nursery_open(&nursery);
    scene_open(&scene, &nursery);
    CHECK_OK(trio_channel_send_nowait(&scene.from.sender, "x"));
    // It has left the other lots by now.
    CHECK_STATUS(trio_channel_receive_nowait(&scene.to.receiver, &item),
                 TRIO_EWOULDBLOCK);
    CHECK_STATUS(trio_channel_send_nowait(&scene.from.sender, "y"),
                 TRIO_EWOULDBLOCK);
    trio_event_set(&scene.event);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(scene.chooser.rc);
    CHECK_EQ(scene.chooser.index, 0);
    scene_close(&scene);
}

// S60
TEST(select, cancelled_while_waiting_it_has_done_nothing)
{
    struct trio_nursery nursery;
    struct scene scene;
    char item = '-';

    trio_nursery_open(&nursery);
    scene_open(&scene, &nursery);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_STATUS(trio_channel_send_nowait(&scene.from.sender, "y"),
                 TRIO_EWOULDBLOCK);
    CHECK_STATUS(trio_channel_receive_nowait(&scene.to.receiver, &item),
                 TRIO_EWOULDBLOCK);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(scene.chooser.rc, TRIO_ECANCELED);
    CHECK_EQ(scene.chooser.index, NONE);
    scene_close(&scene);
}

// S15, S60
TEST(select, cancelled_after_a_case_was_done_it_has_succeeded)
{
    struct trio_nursery nursery;
    struct scene scene;

    trio_nursery_open(&nursery);
    scene_open(&scene, &nursery);
    CHECK_OK(trio_channel_send_nowait(&scene.from.sender, "x"));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(scene.chooser.rc);
    CHECK_EQ(scene.chooser.index, 0);
    scene_close(&scene);
}

// S60
TEST(select, a_channel_that_is_closed_meanwhile_ends_it_with_its_status)
{
    static const trio_status expected[] = {TRIO_EEND, TRIO_ECLOSED,
                                           TRIO_EBROKEN, TRIO_ECLOSED};

    for (size_t i = 0; i < COUNT(expected); i++) {
        struct trio_nursery nursery;
        struct scene scene;

        trio_nursery_open(&nursery);
        scene_open(&scene, &nursery);
        if (i == 0)
            trio_sender_close(&scene.from.sender);
        if (i == 1)
            trio_receiver_close(&scene.from.receiver);
        if (i == 2)
            trio_receiver_close(&scene.to.receiver);
        if (i == 3)
            trio_sender_close(&scene.to.sender);
        CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
        CHECK_STATUS(scene.chooser.rc, expected[i]);
        CHECK_EQ(scene.chooser.index, i < 2 ? 0 : 1);
        scene_close(&scene);
    }
}

// ---- Without waiting ----

// S60
TEST(select, begins_with_another_case_at_each_call)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_event set = TRIO_EVENT_INIT;
    struct trio_event unset = TRIO_EVENT_INIT;
    static const size_t expected[] = {0, 2, 2, 0, 2, 2};

    trio_event_set(&set);
    for (size_t i = 0; i < COUNT(expected); i++) {
        struct trio_case cases[] = {trio_case_at(trio_now()),
                                    trio_case_event(&unset),
                                    trio_case_event(&set)};
        size_t index = NONE;
        uint64_t pass = pass_number();

        CHECK_OK(trio_select(&choice, cases, COUNT(cases), &index));
        CHECK_EQ(index, expected[i]);
        CHECK(pass_number() > pass); // S12
    }
}

// S60
TEST(select, does_one_case_where_several_are_ready)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct pipe from;
    struct pipe to;

    pipe_open(&from, PIPE_ROOM);
    pipe_open(&to, PIPE_ROOM);
    pipe_fill(&from, "abcd");
    for (size_t i = 0; i < 4; i++) {
        char item = '-';
        struct trio_case cases[] = {trio_case_receive(&from.receiver, &item),
                                    trio_case_send(&to.sender, "s")};
        size_t index = NONE;

        CHECK_OK(trio_select(&choice, cases, COUNT(cases), &index));
        CHECK_EQ(index, i % 2);
        CHECK_EQ(pipe_look(&from).buffered, 4 - (i + 2) / 2);
        CHECK_EQ(pipe_look(&to).buffered, (i + 1) / 2);
    }
    CHECK_STRING(pipe_drain(&from), "cd");
    CHECK_STRING(pipe_drain(&to), "ss");
    pipe_close(&from);
    pipe_close(&to);
}

// S60
TEST(select, a_closed_channel_is_a_case_that_is_ready)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_event unset = TRIO_EVENT_INIT;
    struct pipe pipe;

    pipe_open(&pipe, PIPE_ROOM);
    trio_sender_close(&pipe.sender);
    for (int i = 0; i < 2; i++) {
        char item;
        struct trio_case cases[] = {trio_case_event(&unset),
                                    trio_case_receive(&pipe.receiver, &item)};
        size_t index = NONE;

        CHECK_STATUS(trio_select(&choice, cases, COUNT(cases), &index),
                     i == 0 ? TRIO_EEND : TRIO_ECLOSED);
        CHECK_EQ(index, 1);
        trio_receiver_close(&pipe.receiver);
    }
}

// S14, S60
TEST(select, cancelled_at_entry_it_does_nothing)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_cancel_scope scope;
    struct pipe pipe;
    char item = '-';
    size_t index = NONE;

    pipe_open(&pipe, PIPE_ROOM);
    pipe_fill(&pipe, "a");
    struct trio_case cases[] = {trio_case_receive(&pipe.receiver, &item)};
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_select(&choice, cases, 1, &index);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(index, NONE);
    CHECK_STRING(pipe_drain(&pipe), "a");
    pipe_close(&pipe);
}

// S60
TEST(select, of_nothing_waits_for_a_cancellation)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    struct trio_cancel_scope scope;
    size_t index = NONE;

    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = trio_select(&choice, NULL, 0, &index);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_cancel_scope_caught(&scope));
    CHECK_EQ(index, NONE);
}

// S60
TEST(select, takes_the_earliest_of_several_times)
{
    struct trio_select choice = TRIO_SELECT_INIT;
    trio_time now = trio_now();
    struct trio_case cases[] = {
        trio_case_at(trio_time_add(now, 3 * TRIO_SECOND)),
        trio_case_at(trio_time_add(now, 2 * TRIO_SECOND)),
        trio_case_at(TRIO_FOREVER)};
    size_t index = NONE;

    CHECK_OK(trio_select(&choice, cases, COUNT(cases), &index));
    CHECK_EQ(index, 1);
    CHECK_EQ(trio_now() - now, 2 * TRIO_SECOND);
}

struct pair {
    struct trio_receiver *receiver;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status choose_twice(void *arg)
{
    struct pair *pair = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    char items[2];
    struct trio_case cases[] = {trio_case_receive(pair->receiver, &items[0]),
                                trio_case_receive(pair->receiver, &items[1])};
    size_t index = NONE;

    pair->rc = trio_select(&choice, cases, COUNT(cases), &index);
    return TRIO_OK;
}

// S60
TEST(select, may_wait_twice_through_one_handle)
{
    struct pipe pipe;
    struct hand hand = {.receiver = &pipe.receiver};
    struct trio_nursery nursery;
    struct pair pair = {.receiver = &pipe.receiver};

    pipe_open(&pipe, 0);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, choose_twice, &pair));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    hands_start(&nursery, &hand, 1);
    CHECK_EQ(pipe_look(&pipe).receiving, 3);
    trio_receiver_close(&pipe.receiver);
    CHECK_EQ(pipe_look(&pipe).receiving, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(pair.rc, TRIO_ECLOSED);
    CHECK_STATUS(hand.rc, TRIO_ECLOSED);
    pipe_close(&pipe);
}

// ---- Two selects ----

struct side {
    struct pipe *pipe;
    bool sends;
    char item;
    size_t index;
};

// Both directions of one rendezvous: whoever meets somebody is done.
static TRIO_CHECKPOINT trio_status meet(void *arg)
{
    struct side *side = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    char item = '-';
    struct trio_case cases[] = {
        trio_case_send(&side->pipe->sender, "s"),
        trio_case_receive(&side->pipe->receiver, &item)};

    side->index = NONE;
    trio_status rc = trio_select(&choice, cases, 2, &side->index);
    side->item = item;
    return rc;
}

// S60
TEST(select, meets_another_select_but_never_itself)
{
    struct pipe pipe;
    struct side sides[] = {{.pipe = &pipe}, {.pipe = &pipe}};
    struct trio_nursery nursery;

    pipe_open(&pipe, 0);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, meet, &sides[0]));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(sides[0].index, NONE); // Alone, it waits.
    CHECK_OK(trio_nursery_start_soon(&nursery, meet, &sides[1]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(sides[0].index, 1);
    CHECK_EQ(sides[1].index, 0);
    CHECK_EQ(sides[0].item, 's');
    CHECK_EQ(sides[1].item, '-');
    CHECK_EQ(pipe_look(&pipe).sent, 1);
    pipe_close(&pipe);
}
