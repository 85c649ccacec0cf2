// Deadlines: when they count from, how they move, which of several fires.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/tasks.h"

// ---- S24: one deadline ----

// S24
TEST(deadline, a_relative_limit_counts_from_the_open)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();

    trio_move_on_after(&scope, TRIO_SECOND);
    CHECK_EQ(trio_cancel_scope_deadline(&scope), begun + TRIO_SECOND);
    CHECK_OK(trio_sleep(900 * TRIO_MS));
    trio_status rc = trio_sleep(900 * TRIO_MS);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S24
TEST(deadline, opened_with_a_passed_deadline_a_scope_is_cancelled_on_entry)
{
    struct trio_cancel_scope scope;
    trio_status rc;

    trio_move_on_after(&scope, 0);
    CHECK(trio_cancel_scope_called(&scope));
    rc = trio_checkpoint_if_cancelled();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));

    trio_move_on_after(&scope, -5);
    rc = trio_checkpoint_if_cancelled();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));

    trio_move_on_at(&scope, TRIO_PAST);
    rc = trio_checkpoint_if_cancelled();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));

    // A duration where a time belongs.
    trio_move_on_at(&scope, 5 * TRIO_SECOND);
    rc = trio_checkpoint_if_cancelled();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S24
TEST(deadline, can_be_made_longer)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();

    trio_move_on_after(&scope, TRIO_SECOND);
    trio_cancel_scope_set_deadline_at(&scope, begun + TRIO_MINUTE);
    CHECK_OK(trio_sleep(59 * TRIO_SECOND));
    trio_status rc = trio_sleep_forever();
    CHECK_EQ(trio_now(), begun + TRIO_MINUTE);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S24
TEST(deadline, can_be_made_shorter)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();

    trio_move_on_after(&scope, TRIO_MINUTE);
    trio_cancel_scope_set_deadline_at(&scope, begun + TRIO_SECOND);
    trio_status rc = trio_sleep_forever();
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S24
TEST(deadline, can_be_taken_away)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_SECOND);
    trio_cancel_scope_set_deadline_at(&scope, TRIO_FOREVER);
    CHECK_OK(trio_sleep(TRIO_HOUR));
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    CHECK(!trio_cancel_scope_called(&scope));
}

// S24
TEST(deadline, moved_to_the_past_it_cancels_at_the_next_look)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_set_deadline_at(&scope, begun - 1);
    trio_status rc = trio_sleep_forever();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_EQ(trio_now(), begun);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S24
TEST(deadline, an_idle_timeout_is_extended_by_each_use)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();

    trio_move_on_after(&scope, TRIO_SECOND);
    for (int i = 0; i < 10; i++) {
        CHECK_OK(trio_sleep(900 * TRIO_MS));
        trio_cancel_scope_extend_after(&scope, TRIO_SECOND);
    }
    trio_status rc = trio_sleep_forever();
    CHECK_EQ(trio_now(), begun + 9 * TRIO_SECOND + TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

struct mover {
    struct trio_cancel_scope *scope;
    trio_time deadline;
};

static trio_status move_deadline(void *arg)
{
    struct mover *mover = arg;

    trio_cancel_scope_set_deadline_at(mover->scope, mover->deadline);
    return TRIO_OK;
}

// S24
TEST(deadline, can_be_moved_by_another_task)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();
    struct mover mover = {&scope, begun + TRIO_SECOND};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_nursery_start_soon(&nursery, move_deadline, &mover));
    trio_status rc = trio_sleep_forever();
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S24
TEST(deadline, moving_it_does_not_revive_a_cancelled_scope)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, 0);
    trio_cancel_scope_extend_after(&scope, TRIO_HOUR);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S24
TEST(deadline, reading_called_looks_at_the_deadline_while_open)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    CHECK(!trio_cancel_scope_called(&scope));
    trio_cancel_scope_set_deadline_at(&scope, trio_now());
    CHECK(trio_cancel_scope_called(&scope));
    CHECK_EQ(trio_cancel_scope_reason(&scope).source, TRIO_CANCEL_DEADLINE);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

// S24
TEST(deadline, after_close_called_stays_what_it_was)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    CHECK_OK(trio_sleep(TRIO_MINUTE));
    CHECK(!trio_cancel_scope_called(&scope));
}

// ---- S25: nested deadlines ----

// S25
TEST(deadline, the_earlier_one_inside_fires_and_catches)
{
    struct trio_cancel_scope outer, inner;
    trio_time begun = trio_now();

    trio_move_on_after(&outer, 2 * TRIO_SECOND);
    trio_move_on_after(&inner, TRIO_SECOND);
    trio_status rc = trio_sleep_forever();
    CHECK_OK(trio_cancel_scope_close(&inner, rc));
    CHECK(trio_cancel_scope_caught(&inner));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    rc = trio_sleep_forever(); // The outer one fires in its turn.
    CHECK_EQ(trio_now(), begun + 2 * TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(trio_cancel_scope_caught(&outer));
}

// S25
TEST(deadline, the_earlier_one_outside_fires_and_catches)
{
    struct trio_cancel_scope outer, inner;
    trio_time begun = trio_now();

    trio_move_on_after(&outer, TRIO_SECOND);
    trio_move_on_after(&inner, 2 * TRIO_SECOND);
    trio_status rc = trio_sleep_forever();
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK(!trio_cancel_scope_called(&inner));
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(trio_cancel_scope_caught(&outer));
}

// S25
TEST(deadline, an_outer_one_fires_also_while_unwinding)
{
    struct trio_cancel_scope outer, inner;
    trio_duration cleanup = 5 * TRIO_SECOND;

    trio_move_on_after(&outer, 2 * TRIO_SECOND);
    trio_move_on_after(&inner, TRIO_SECOND);
    trio_status rc = trio_sleep_forever();
    CHECK_OK(sleep_shielded(&cleanup));
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK(trio_cancel_scope_called(&inner));
    CHECK(!trio_cancel_scope_caught(&inner));
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(trio_cancel_scope_caught(&outer));
}

// ---- S30: the effective deadline ----

// S30
TEST(deadline, effective_is_the_earliest_one)
{
    struct trio_cancel_scope outer, middle, inner;
    trio_time begun = trio_now();

    CHECK_EQ(trio_current_effective_deadline(), TRIO_FOREVER);
    trio_move_on_after(&outer, TRIO_MINUTE);
    trio_move_on_after(&middle, TRIO_SECOND);
    trio_move_on_after(&inner, TRIO_HOUR);
    CHECK_EQ(trio_current_effective_deadline(), begun + TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&inner, TRIO_OK));
    CHECK_OK(trio_cancel_scope_close(&middle, TRIO_OK));
    CHECK_EQ(trio_current_effective_deadline(), begun + TRIO_MINUTE);
    CHECK_OK(trio_cancel_scope_close(&outer, TRIO_OK));
}

// S30
TEST(deadline, effective_ends_at_the_first_shield)
{
    struct trio_cancel_scope outer, shield, inner;
    trio_time begun = trio_now();

    trio_move_on_after(&outer, TRIO_SECOND);
    trio_shield_after(&shield, TRIO_HOUR);
    trio_cancel_scope_open(&inner);
    CHECK_EQ(trio_current_effective_deadline(), begun + TRIO_HOUR);
    trio_cancel_scope_cancel(&outer, NULL);
    CHECK_EQ(trio_current_effective_deadline(), begun + TRIO_HOUR);
    CHECK_OK(trio_cancel_scope_close(&inner, TRIO_OK));
    CHECK_OK(trio_cancel_scope_close(&shield, TRIO_OK));
    CHECK_EQ(trio_current_effective_deadline(), TRIO_PAST);
    CHECK_OK(trio_cancel_scope_close(&outer, TRIO_OK));
}

// S30
TEST(deadline, effective_is_past_where_the_task_is_cancelled)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    trio_move_on_after(&inner, TRIO_SECOND);
    trio_cancel_scope_cancel(&outer, NULL);
    CHECK_EQ(trio_current_effective_deadline(), TRIO_PAST);
    CHECK_OK(trio_cancel_scope_close(&inner, TRIO_OK));
    CHECK_OK(trio_cancel_scope_close(&outer, TRIO_OK));
}

static trio_status read_deadline(void *arg)
{
    *(trio_time *)arg = trio_current_effective_deadline();
    return TRIO_OK;
}

// S30
TEST(deadline, a_task_sees_the_one_of_its_nursery)
{
    struct trio_nursery nursery;
    trio_time begun = trio_now();
    trio_time seen = 0;

    trio_nursery_open(&nursery);
    trio_cancel_scope_extend_after(trio_nursery_cancel_scope(&nursery),
                                   TRIO_MINUTE);
    CHECK_OK(trio_nursery_start_soon(&nursery, read_deadline, &seen));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(seen, begun + TRIO_MINUTE);
}
