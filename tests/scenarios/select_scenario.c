// Tasks that wait for the first of several things do one of them, and no other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

enum { ITEMS = 4 };

struct desk {
    struct trio_channel left;
    struct trio_channel right;
    struct trio_sender to_left;
    struct trio_sender to_right;
    struct trio_receiver from_left;
    struct trio_receiver from_right;
    struct trio_event stop;
    int slots[1];
    int came[2 * ITEMS];
    int sent[2 * ITEMS];
};

static TRIO_CHECKPOINT trio_status write_left(void *arg)
{
    struct desk *desk = arg;
    trio_status rc = TRIO_OK;

    for (int i = 0; rc == TRIO_OK && i < ITEMS; i++) {
        rc = trio_channel_send(&desk->to_left, &i);
        desk->sent[i] += rc == TRIO_OK;
    }
    return rc == TRIO_EBROKEN ? TRIO_OK : rc; // Nobody reads any more.
}

// Either sends or stops, never both.
static TRIO_CHECKPOINT trio_status write_right(void *arg)
{
    struct desk *desk = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    trio_status rc = TRIO_OK;

    for (int i = ITEMS; rc == TRIO_OK && i < 2 * ITEMS; i++) {
        struct trio_case cases[] = {trio_case_send(&desk->to_right, &i),
                                    trio_case_event(&desk->stop)};
        size_t index = COUNT(cases);
        rc = trio_select(&choice, cases, COUNT(cases), &index);
        if (rc == TRIO_OK && index == 1)
            break;
        desk->sent[i] += rc == TRIO_OK;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status read_either(void *arg)
{
    struct desk *desk = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK) {
        int left = -1;
        int right = -1;
        size_t index = 9;
        struct trio_case cases[] = {
            trio_case_receive(&desk->from_left, &left),
            trio_case_receive(&desk->from_right, &right),
            trio_case_event(&desk->stop)};
        rc = trio_select(&choice, cases, COUNT(cases), &index);
        if (left >= 0)
            desk->came[left]++;
        if (right >= 0)
            desk->came[right]++;
        TRIO_SIM_ALWAYS(rc == TRIO_OK || (left < 0 && right < 0),
                        "who did not succeed has received nothing");
        if (rc != TRIO_OK)
            return rc == TRIO_ECLOSED ? TRIO_OK : rc; // It was too late.
        TRIO_SIM_ALWAYS((left >= 0) == (index == 0) &&
                            (right >= 0) == (index == 1),
                        "the case that was done is the one that is told");
        if (index == 2)
            break;
    }
    return rc;
}

// Has little time, and does not come back.
static TRIO_CHECKPOINT trio_status read_once(void *arg)
{
    struct desk *desk = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    trio_time until = trio_time_add(trio_now(), TRIO_SECOND);
    size_t index = 9;
    int left = -1;
    struct trio_case cases[] = {trio_case_at(until),
                                trio_case_receive(&desk->from_left, &left)};

    trio_status rc = trio_select(&choice, cases, COUNT(cases), &index);
    TRIO_SIM_ALWAYS((left >= 0) == (rc == TRIO_OK && index == 1),
                    "nothing is received when time is up");
    TRIO_SIM_ALWAYS(rc != TRIO_OK || index != 0 || trio_now() >= until,
                    "time is not up early");
    if (left >= 0)
        desk->came[left]++;
    return rc == TRIO_ECLOSED ? TRIO_OK : rc;
}

static void check_items(struct desk *desk)
{
    int right;

    for (int i = 0; i < ITEMS; i++)
        TRIO_SIM_ALWAYS(desk->sent[i] == desk->came[i],
                        "on the left no item is lost or doubled");
    while (trio_channel_receive_nowait(&desk->from_right, &right) == TRIO_OK)
        desk->came[right]++;
    for (int i = ITEMS; i < 2 * ITEMS; i++)
        TRIO_SIM_ALWAYS(desk->sent[i] == desk->came[i],
                        "on the right no item is lost or doubled");
}

static TRIO_CHECKPOINT trio_status run_desk(struct desk *desk)
{
    static const trio_task_fn clerks[] = {read_either, write_left, write_right,
                                          read_once, read_either};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(clerks); i++)
        rc = trio_nursery_start_soon(&nursery, clerks[i], desk);
    if (rc == TRIO_OK)
        rc = trio_sleep(2 * TRIO_SECOND);
    trio_event_set(&desk->stop);
    // Who sends without a choice is told by the receiver's close.
    trio_receiver_close(&desk->from_left);
    return trio_nursery_close(&nursery, rc);
}

TRIO_SCENARIO(a_choice_is_made_once)
{
    struct desk desk = {.stop = TRIO_EVENT_INIT};

    (void)arg;
    trio_channel_open(&desk.left, sizeof(int), NULL, 0, &desk.to_left,
                      &desk.from_left);
    trio_channel_open(&desk.right, sizeof(int), desk.slots, 1, &desk.to_right,
                      &desk.from_right);
    trio_sim_name(&desk.left, "left");
    trio_sim_name(&desk.right, "right");
    trio_status rc = run_desk(&desk);
    check_items(&desk);
    trio_sender_close(&desk.to_left);
    trio_sender_close(&desk.to_right);
    trio_receiver_close(&desk.from_right);
    return rc;
}
