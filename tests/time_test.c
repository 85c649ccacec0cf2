// What trio/time.h promises of arithmetic and of sleeping, clause by clause.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include <trio/trio.h>

#include "tests/check.h"

TEST_PLAIN(time, add_adds)
{
    CHECK(trio_time_add(5, 3 * TRIO_SECOND) == 3000000005);
    CHECK(trio_time_add(-10, 4) == -6);
}

TEST_PLAIN(time, add_saturates)
{
    CHECK(trio_time_add(TRIO_FOREVER - 1, 2) == TRIO_FOREVER);
    CHECK(trio_time_add(TRIO_FOREVER - 1, 1) == TRIO_FOREVER);
    CHECK(trio_time_add(0, TRIO_FOREVER) == TRIO_FOREVER);
}

TEST_PLAIN(time, add_leaves_past_and_forever_as_they_are)
{
    CHECK(trio_time_add(TRIO_PAST, TRIO_HOUR) == TRIO_PAST);
    CHECK(trio_time_add(TRIO_FOREVER, TRIO_HOUR) == TRIO_FOREVER);
}

TEST_PLAIN(time, a_negative_duration_counts_as_none)
{
    CHECK(trio_time_add(7, -3) == 7);
    CHECK(trio_time_add(7, INT64_MIN) == 7);
}

TEST(time, sleep_takes_its_duration_and_no_less)
{
    trio_time begun = trio_now();

    CHECK_OK(trio_sleep(90 * TRIO_MINUTE));
    CHECK(trio_now() == begun + 90 * TRIO_MINUTE);
}

TEST(time, sleep_until_a_time_that_has_passed_takes_none)
{
    trio_time begun = trio_now();

    CHECK_OK(trio_sleep_until(TRIO_PAST));
    CHECK_OK(trio_sleep_until(begun - 1));
    CHECK_OK(trio_sleep_until(begun));
    CHECK_OK(trio_sleep(-TRIO_SECOND));
    CHECK(trio_now() == begun);
}

TEST(time, sleep_forever_ends_only_by_a_cancellation)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();

    trio_move_on_after(&scope, TRIO_HOUR);
    trio_status rc = trio_sleep_forever();
    CHECK(rc == TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_now() == begun + TRIO_HOUR);
}

TEST(time, sleep_until_forever_is_sleep_forever)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_HOUR);
    trio_status rc = trio_sleep_until(TRIO_FOREVER);
    CHECK(rc == TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}
