// Each item goes through one of two channels once, whatever is ready at the
// same time and whatever is cancelled meanwhile.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/select.h>

#include "tests/check.h"

enum { USERS = 3, ITEMS = 10, ALL = USERS * ITEMS };

struct storm {
    struct trio_channel channels[2];
    struct trio_sender senders[2];
    struct trio_receiver receivers[2];
    int buffer[1];
    struct trio_event done;                      // Every item was received.
    struct trio_cancel_scope *scopes[2 * USERS]; // Open ones.
    size_t users;                                // So far.
    int taken;                                   // Items.
    int sent[ALL];
    int received[ALL];
    int count; // Of those.
};

// Has one select cancelled at any moment. Says what came of it.
static TRIO_CHECKPOINT trio_status choose(struct storm *storm, size_t user,
                                          struct trio_select *choice,
                                          struct trio_case *cases, size_t count,
                                          size_t *ret_index)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    storm->scopes[user] = &scope;
    trio_status rc = trio_select(choice, cases, count, ret_index);
    storm->scopes[user] = NULL;
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    return rc;
}

static TRIO_CHECKPOINT trio_status send_items(void *arg)
{
    struct storm *storm = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    size_t user = storm->users++;

    for (int i = 0; i < ITEMS; i++) {
        int item = storm->taken++;
        trio_status rc;
        do {
            struct trio_case cases[] = {
                trio_case_send(&storm->senders[0], &item),
                trio_case_at(trio_time_add(trio_now(), TRIO_MS)),
                trio_case_send(&storm->senders[1], &item)};
            size_t index = 1;

            rc = choose(storm, user, &choice, cases, COUNT(cases), &index);
            storm->sent[item] += rc == TRIO_OK && index != 1;
        } while (storm->sent[item] == 0);
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status receive_items(void *arg)
{
    struct storm *storm = arg;
    struct trio_select choice = TRIO_SELECT_INIT;
    size_t user = storm->users++;

    while (!trio_event_is_set(&storm->done)) {
        int items[2] = {-1, -1};
        struct trio_case cases[] = {
            trio_case_receive(&storm->receivers[0], &items[0]),
            trio_case_receive(&storm->receivers[1], &items[1]),
            trio_case_event(&storm->done)};
        size_t index = 2;

        if (choose(storm, user, &choice, cases, COUNT(cases), &index) !=
            TRIO_OK)
            index = 2;
        for (size_t i = 0; i < 2; i++) {
            CHECK((items[i] >= 0) == (index == i)); // No other case was done.
            if (items[i] < 0)
                continue;
            storm->received[items[i]]++;
            if (++storm->count == ALL)
                trio_event_set(&storm->done);
        }
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status cancel_some(void *arg)
{
    struct storm *storm = arg;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK && !trio_event_is_set(&storm->done)) {
        struct trio_cancel_scope *scope =
            storm->scopes[trio_random_below(COUNT(storm->scopes))];
        if (scope != NULL)
            trio_cancel_scope_cancel(scope, NULL);
        rc =
            trio_random_below(8) == 0 ? trio_sleep(TRIO_MS) : trio_checkpoint();
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status weather_a_storm(void *arg)
{
    struct storm *storm = arg;
    struct trio_nursery nursery;

    trio_channel_open(&storm->channels[0], sizeof(int), NULL, 0,
                      &storm->senders[0], &storm->receivers[0]);
    trio_channel_open(&storm->channels[1], sizeof(int), storm->buffer, 1,
                      &storm->senders[1], &storm->receivers[1]);
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < USERS; i++) {
        CHECK_OK(trio_nursery_start_soon(&nursery, send_items, storm));
        CHECK_OK(trio_nursery_start_soon(&nursery, receive_items, storm));
    }
    CHECK_OK(trio_nursery_start_soon(&nursery, cancel_some, storm));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (int i = 0; i < ALL; i++) {
        CHECK_EQ(storm->sent[i], 1);
        CHECK_EQ(storm->received[i], 1);
    }
    for (size_t i = 0; i < 2; i++) {
        struct trio_channel_statistics now =
            trio_channel_statistics(&storm->channels[i]);
        CHECK_EQ(now.buffered + now.sending + now.receiving, 0);
        trio_sender_close(&storm->senders[i]);
        trio_receiver_close(&storm->receivers[i]);
    }
    return TRIO_OK;
}

// S60: cancelled before, while parked, and after the grant; 1,000 seeds.
TEST_SEEDED(select, no_item_is_lost_or_doubled)
{
    for (uint64_t i = 0; i < 10; i++) {
        struct storm storm = {.done = TRIO_EVENT_INIT};
        CHECK_OK(
            trio_test_seeded(check_seed() * 10 + i, weather_a_storm, &storm));
    }
}
