// Each item that was sent is received once, whatever is cancelled, and when.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/channel.h>

#include "tests/check.h"

enum { USERS = 4, ITEMS = 12, EACH = 1000 };

// Senders and receivers whose waits are cancelled again and again.
struct storm {
    struct trio_channel channel;
    struct trio_sender senders[USERS];
    struct trio_receiver receivers[USERS];
    int buffer[2];
    struct trio_cancel_scope *scopes[2 * USERS]; // Open ones.
    size_t users;                                // So far.
    size_t living;
    int received[USERS * EACH];
    int latest[USERS]; // Of each sender, as received.
};

// Comes late at times, and may be cancelled when it does.
static TRIO_PARKS void dawdle(void)
{
    if (trio_random_below(3) == 0)
        trio_cancel_shielded_checkpoint();
}

static TRIO_CHECKPOINT trio_status send_items(void *arg)
{
    struct storm *storm = arg;
    size_t user = storm->users++;
    int item = (int)user * EACH;

    while (item < (int)user * EACH + ITEMS) {
        struct trio_cancel_scope scope;

        trio_cancel_scope_open(&scope);
        storm->scopes[user] = &scope;
        dawdle();
        trio_status rc = trio_channel_send(&storm->senders[user], &item);
        storm->scopes[user] = NULL;
        item += rc == TRIO_OK; // Sent is sent, cancelled or not.
        CHECK_OK(trio_cancel_scope_close(&scope, rc));
    }
    trio_sender_close(&storm->senders[user]);
    storm->living--;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status receive_items(void *arg)
{
    struct storm *storm = arg;
    size_t user = storm->users++;
    trio_status rc = TRIO_OK;

    while (rc != TRIO_EEND) {
        struct trio_cancel_scope scope;
        int item = -1;

        trio_cancel_scope_open(&scope);
        storm->scopes[user] = &scope;
        dawdle();
        rc = trio_channel_receive(&storm->receivers[user - USERS], &item);
        storm->scopes[user] = NULL;
        if (rc == TRIO_OK) {
            storm->received[item]++;
        } else {
            CHECK_EQ(item, -1);
        }
        rc = trio_cancel_scope_close(&scope, rc);
        CHECK(rc == TRIO_OK || rc == TRIO_EEND);
    }
    trio_receiver_close(&storm->receivers[user - USERS]);
    storm->living--;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status cancel_some(void *arg)
{
    struct storm *storm = arg;

    while (storm->living > 0) {
        struct trio_cancel_scope *scope =
            storm->scopes[trio_random_below(COUNT(storm->scopes))];
        if (scope != NULL)
            trio_cancel_scope_cancel(scope, NULL);
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status weather_a_storm(void *arg)
{
    struct storm *storm = arg;
    struct trio_nursery nursery;
    size_t capacity = (size_t)trio_random_below(3);

    trio_channel_open(&storm->channel, sizeof(int),
                      capacity > 0 ? storm->buffer : NULL, capacity,
                      &storm->senders[0], &storm->receivers[0]);
    for (size_t i = 1; i < USERS; i++) {
        CHECK_OK(trio_sender_clone(&storm->senders[0], &storm->senders[i]));
        CHECK_OK(
            trio_receiver_clone(&storm->receivers[0], &storm->receivers[i]));
    }
    storm->living = 2 * USERS;
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < USERS; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, send_items, storm));
    CHECK_OK(trio_checkpoint()); // They take the lower numbers.
    for (size_t i = 0; i < USERS; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, receive_items, storm));
    CHECK_OK(trio_nursery_start_soon(&nursery, cancel_some, storm));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (int i = 0; i < USERS * EACH; i++)
        CHECK_EQ(storm->received[i], i % EACH < ITEMS);
    CHECK_EQ(trio_channel_statistics(&storm->channel).sent, USERS * ITEMS);
    return TRIO_OK;
}

// S58: cancelled before, while parked, and after the grant; 1,000 seeds.
TEST_SEEDED(channel, no_item_is_lost_or_doubled)
{
    for (uint64_t i = 0; i < 10; i++) {
        struct storm storm = {.users = 0};
        CHECK_OK(
            trio_test_seeded(check_seed() * 10 + i, weather_a_storm, &storm));
    }
}
