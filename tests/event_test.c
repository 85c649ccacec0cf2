// What trio/event.h promises.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/event.h>

#include "tests/check.h"
#include "tests/tasks.h"

enum { GUESTS = 4 };

static const struct trio_event fresh = TRIO_EVENT_INIT;

struct guest {
    struct trio_event *event;
    struct log *log;
    char name;
    struct trio_cancel_scope scope;
    trio_status rc;
    trio_status next;
};

// Waits in a scope of its own; looks at the checkpoint after it, too.
static TRIO_CHECKPOINT trio_status attend(void *arg)
{
    struct guest *guest = arg;

    trio_cancel_scope_open(&guest->scope);
    guest->rc = trio_event_wait(guest->event);
    if (guest->rc == TRIO_OK)
        log_add(guest->log, guest->name);
    guest->next = trio_checkpoint();
    return trio_cancel_scope_close(&guest->scope,
                                   trio_combine(guest->rc, guest->next));
}

struct party {
    struct trio_event event;
    struct log log;
    struct guest guests[GUESTS];
};

// Has guests a, b, c, d wait, in this order under any scheduler.
static TRIO_CHECKPOINT trio_status gather(struct party *party,
                                          struct trio_nursery *nursery)
{
    *party = (struct party){.event = fresh};
    for (int i = 0; i < GUESTS; i++) {
        party->guests[i] = (struct guest){.event = &party->event,
                                          .log = &party->log,
                                          .name = (char)('a' + i)};
        CHECK_OK(trio_nursery_start_soon(nursery, attend, &party->guests[i]));
        CHECK_OK(trio_wait_all_tasks_blocked(0));
    }
    CHECK_EQ(trio_event_statistics(&party->event).waiting, GUESTS);
    return TRIO_OK;
}

// S53
TEST(event, set_wakes_all_who_wait)
{
    struct trio_nursery nursery;
    struct party party;

    trio_nursery_open(&nursery);
    CHECK_OK(gather(&party, &nursery));
    trio_event_set(&party.event);
    CHECK_EQ(trio_event_statistics(&party.event).waiting, 0); // S57
    CHECK_EQ(party.log.length, 0); // None of them runs during the call.
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    if (!check_is_fifo())
        log_sort(&party.log);
    CHECK_LOG(party.log, "abcd");
}

// S53
TEST(event, is_not_set_at_first_and_stays_set)
{
    struct trio_event event = TRIO_EVENT_INIT;

    CHECK(!trio_event_is_set(&event));
    for (int i = 0; i < 3; i++) {
        trio_event_set(&event);
        CHECK(trio_event_is_set(&event));
        CHECK_OK(trio_event_wait(&event));
    }
}

// S12
TEST(event, waiting_takes_a_turn_also_if_it_is_set)
{
    struct trio_event event = TRIO_EVENT_INIT;

    trio_event_set(&event);
    uint64_t before = pass_number();
    CHECK_OK(trio_event_wait(&event));
    CHECK(pass_number() > before);
}

// S14
TEST(event, waiting_is_cancelled_also_if_it_is_set)
{
    struct trio_event event = TRIO_EVENT_INIT;
    struct trio_cancel_scope scope;

    trio_event_set(&event);
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_event_wait(&event);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S53
TEST_THOROUGH(event, one_who_is_cancelled_while_waiting_leaves_the_others_alone)
{
    struct trio_nursery nursery;
    struct party party;

    trio_nursery_open(&nursery);
    CHECK_OK(gather(&party, &nursery));
    trio_cancel_scope_cancel(&party.guests[1].scope, NULL);
    CHECK_EQ(trio_event_statistics(&party.event).waiting, GUESTS - 1);
    trio_event_set(&party.event); // In the same step: it finds three.
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    log_sort(&party.log);
    CHECK_LOG(party.log, "acd");
    CHECK_STATUS(party.guests[1].rc, TRIO_ECANCELED);
}

// S15 S53
TEST_THOROUGH(event, one_who_is_cancelled_after_the_set_has_seen_it)
{
    struct trio_nursery nursery;
    struct party party;

    trio_nursery_open(&nursery);
    CHECK_OK(gather(&party, &nursery));
    trio_event_set(&party.event);
    trio_cancel_scope_cancel(&party.guests[1].scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    log_sort(&party.log);
    CHECK_LOG(party.log, "abcd");
    CHECK_STATUS(party.guests[1].next, TRIO_ECANCELED);
}

// S14 S53
TEST_THOROUGH(event, one_who_is_cancelled_before_waiting_waits_not_at_all)
{
    struct trio_event event = TRIO_EVENT_INIT;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_event_wait(&event);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(trio_event_statistics(&event).waiting, 0);
}

struct bell {
    struct trio_entry entry;
    struct trio_event event;
};

static void ring(struct trio_entry *entry)
{
    struct bell *bell = (struct bell *)entry; // Its first member.
    trio_event_set(&bell->event);
}

// S8
TEST(event, can_be_set_by_an_entry_callback)
{
    struct bell bell = {TRIO_ENTRY_INIT(ring), TRIO_EVENT_INIT};
    struct trio_poster *poster;

    CHECK_OK(trio_poster_open(&poster));
    CHECK_OK(trio_poster_post(poster, &bell.entry));
    CHECK_OK(trio_event_wait(&bell.event));
    trio_poster_close(poster);
}
