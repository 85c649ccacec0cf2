// Which close absorbs which cancellation, and what it returns.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/tasks.h"

// ---- S22: absorbing ----

// S22
TEST(absorb, a_scope_absorbs_its_own_cancellation)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_checkpoint();
    CHECK(!trio_cancel_scope_caught(&scope));
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_cancel_scope_caught(&scope));
}

// S22
TEST(absorb, a_scope_lets_an_outer_cancellation_pass)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_open(&inner);
    trio_cancel_scope_cancel(&outer, NULL);
    trio_status rc = trio_checkpoint();
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK(!trio_cancel_scope_caught(&inner));
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(trio_cancel_scope_caught(&outer));
}

// S22
TEST(absorb, close_decides_and_not_the_delivery)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_open(&inner);
    trio_cancel_scope_cancel(&inner, NULL);
    trio_status rc = trio_checkpoint(); // Delivered for the inner scope,
    trio_cancel_scope_cancel(&outer, NULL);
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED); // closed with the outer one in sight.
    CHECK(!trio_cancel_scope_caught(&inner));
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(trio_cancel_scope_caught(&outer));
}

// S22
TEST(absorb, an_outer_cancellation_behind_a_shield_is_not_visible)
{
    struct trio_cancel_scope outer, shield, inner;

    trio_cancel_scope_open(&outer);
    trio_shield_after(&shield, TRIO_FOREVER);
    trio_cancel_scope_open(&inner);
    trio_cancel_scope_cancel(&outer, NULL);
    trio_cancel_scope_cancel(&inner, NULL);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_OK(rc);
    CHECK(trio_cancel_scope_caught(&inner));
    rc = trio_cancel_scope_close(&shield, rc);
    CHECK_OK(rc);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(!trio_cancel_scope_caught(&outer));
}

// S22
TEST(absorb, a_swallowed_cancellation_is_not_caught)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_STATUS(trio_checkpoint(), TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    CHECK(trio_cancel_scope_called(&scope));
    CHECK(!trio_cancel_scope_caught(&scope));
}

// S22
TEST(absorb, a_nursery_absorbs_for_its_tasks)
{
    struct trio_nursery nursery;
    trio_status child = TRIO_OK;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, &child));
    struct trio_cancel_scope *scope = trio_nursery_cancel_scope(&nursery);
    trio_cancel_scope_cancel(scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(child, TRIO_ECANCELED);
    CHECK(trio_cancel_scope_caught(scope));
}

static TRIO_CHECKPOINT trio_status swallow(void *arg)
{
    *(trio_status *)arg = trio_sleep_forever();
    return TRIO_OK;
}

// S22
TEST(absorb, a_task_that_swallowed_its_cancellation_left_nothing_to_catch)
{
    struct trio_nursery nursery;
    trio_status child = TRIO_OK;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, swallow, &child));
    struct trio_cancel_scope *scope = trio_nursery_cancel_scope(&nursery);
    trio_cancel_scope_cancel(scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(child, TRIO_ECANCELED);
    CHECK(!trio_cancel_scope_caught(scope));
}

// ---- S23: a real status beside a cancellation ----

// S23
TEST(absorb, a_real_status_beats_the_cancellation)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_STATUS(trio_checkpoint(), TRIO_ECANCELED);
    CHECK_STATUS(trio_cancel_scope_close(&scope, TRIO_EINVAL), TRIO_EINVAL);
    CHECK(!trio_cancel_scope_caught(&scope));
}

static TRIO_CHECKPOINT trio_status fail_when_cancelled(void *arg)
{
    trio_ignore(trio_sleep_forever());
    return *(trio_status *)arg;
}

// A nursery in which one task is cancelled from outside and another fails for
// it: a real status and a cancellation, side by side.
static TRIO_CHECKPOINT trio_status
cancel_and_fail(struct trio_cancel_scope *outer)
{
    static trio_status failure = TRIO_EINVAL;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, NULL));
    CHECK_OK(trio_nursery_start_soon(&nursery, fail_when_cancelled, &failure));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(outer, NULL);
    return trio_nursery_close(&nursery, TRIO_OK);
}

// S22 S23
TEST(absorb, a_cancellation_that_passed_beside_a_failure_is_caught_outside)
{
    struct trio_cancel_scope outer;

    trio_cancel_scope_open(&outer);
    trio_status rc = cancel_and_fail(&outer);
    CHECK_STATUS(rc, TRIO_EINVAL);
    CHECK_STATUS(trio_cancel_scope_close(&outer, rc), TRIO_EINVAL);
    CHECK(trio_cancel_scope_caught(&outer));
    trio_error_clear();
}

// S22 S23
TEST(absorb, a_handled_failure_leaves_the_cancellation_beside_it)
{
    struct trio_cancel_scope outer;

    trio_cancel_scope_open(&outer);
    CHECK_STATUS(cancel_and_fail(&outer), TRIO_EINVAL);
    trio_error_clear(); // handled
    CHECK_OK(trio_cancel_scope_close(&outer, TRIO_OK));
    CHECK(trio_cancel_scope_caught(&outer));
}

// S23
TEST(absorb, close_returns_a_cancellation_of_its_tasks_though_the_body_did_not)
{
    struct trio_cancel_scope outer, inner;
    struct trio_nursery nursery;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_open(&inner);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, NULL));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(&outer, NULL);
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_ECANCELED);
    // The bit stays with the scope, whatever becomes of the status.
    trio_status rc = trio_cancel_scope_close(&inner, TRIO_OK);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(trio_cancel_scope_caught(&outer));
}

static TRIO_CHECKPOINT trio_status hide_a_cancelled_nursery(void *arg)
{
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, NULL));
    trio_ignore(trio_nursery_close(&nursery, TRIO_OK));
    return TRIO_OK;
}

// S23
TEST(absorb, a_task_that_ends_gives_its_bit_to_the_nursery)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, hide_a_cancelled_nursery, NULL));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    struct trio_cancel_scope *scope = trio_nursery_cancel_scope(&nursery);
    trio_cancel_scope_cancel(scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(trio_cancel_scope_caught(scope));
}

static TRIO_CHECKPOINT trio_status clean_up_in_vain(void *arg)
{
    struct trio_cancel_scope shield;
    trio_status *cleaned = arg;

    trio_status rc = trio_sleep_forever();
    trio_shield_after(&shield, TRIO_SECOND);
    *cleaned = trio_sleep(TRIO_MINUTE);
    *cleaned = trio_cancel_scope_close(&shield, *cleaned);
    return rc;
}

// S23
TEST(absorb, what_a_shield_absorbed_is_not_the_cancellation_outside_it)
{
    struct trio_nursery nursery;
    trio_status cleaned = TRIO_OK;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, clean_up_in_vain, &cleaned));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    struct trio_cancel_scope *scope = trio_nursery_cancel_scope(&nursery);
    trio_cancel_scope_cancel(scope, NULL);
    // That the task goes on to say that it was cancelled is right.
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(cleaned, TRIO_ETIMEDOUT);
    CHECK(trio_cancel_scope_caught(scope));
}

// ---- S31: what fail and shield scopes make of it ----

// S31
TEST(absorb, a_fail_scope_times_out)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();

    trio_fail_after(&scope, TRIO_SECOND);
    trio_status rc = trio_sleep(TRIO_MINUTE);
    CHECK(!trio_cancel_scope_caught(&scope));
    rc = trio_cancel_scope_close(&scope, rc);
    CHECK_STATUS(rc, TRIO_ETIMEDOUT);
    CHECK(trio_cancel_scope_caught(&scope));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);

    trio_fail_at(&scope, begun);
    rc = trio_checkpoint();
    CHECK_STATUS(trio_cancel_scope_close(&scope, rc), TRIO_ETIMEDOUT);
    trio_error_clear();
}

// S31
TEST(absorb, a_fail_scope_that_was_cancelled_by_a_call_is_abandoned)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, TRIO_SECOND);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_sleep(TRIO_MINUTE);
    CHECK_STATUS(trio_cancel_scope_close(&scope, rc), TRIO_EABANDONED);
    trio_error_clear();
}

// S31
TEST(absorb, a_fail_scope_that_ends_in_time_passes_its_status)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, TRIO_SECOND);
    trio_status rc = trio_sleep(TRIO_MS);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    trio_fail_after(&scope, TRIO_SECOND);
    CHECK_STATUS(trio_cancel_scope_close(&scope, TRIO_EINVAL), TRIO_EINVAL);
}

// S31
TEST(absorb, a_shield_scope_times_out)
{
    struct trio_cancel_scope scope;

    trio_shield_after(&scope, TRIO_SECOND);
    trio_status rc = trio_sleep(TRIO_MINUTE);
    CHECK_STATUS(trio_cancel_scope_close(&scope, rc), TRIO_ETIMEDOUT);
    trio_error_clear();
}

// S31
TEST(absorb, a_move_on_scope_closes_with_success)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = trio_sleep(TRIO_MINUTE);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_cancel_scope_caught(&scope));
}

// S31
TEST(absorb, a_real_status_beats_the_timeout)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, TRIO_SECOND);
    CHECK_STATUS(trio_sleep(TRIO_MINUTE), TRIO_ECANCELED);
    CHECK_STATUS(trio_cancel_scope_close(&scope, TRIO_EIO), TRIO_EIO);
    trio_error_clear();
}

// S31
TEST(absorb, a_real_status_past_the_deadline_says_so_in_its_record)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, TRIO_SECOND);
    CHECK_STATUS(trio_sleep(TRIO_MINUTE), TRIO_ECANCELED);
    trio_status rc = trio_fail(TRIO_EIO, "flush");
    CHECK_STATUS(trio_cancel_scope_close(&scope, rc), TRIO_EIO);
    CHECK_STRING(trio_error_find(TRIO_EIO)->text, "flush (past its deadline)");
    trio_error_clear();
}

// S31
TEST(absorb, an_outer_cancellation_beats_the_timeout)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    trio_fail_after(&inner, TRIO_SECOND);
    trio_status rc = trio_sleep(TRIO_MINUTE);
    trio_cancel_scope_cancel(&outer, NULL);
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
}

// S31
TEST(absorb, a_real_status_beats_an_outer_cancellation)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    trio_fail_after(&inner, TRIO_SECOND);
    trio_cancel_scope_cancel(&outer, NULL);
    CHECK_STATUS(trio_checkpoint(), TRIO_ECANCELED);
    trio_status rc = trio_cancel_scope_close(&inner, TRIO_EIO);
    CHECK_STATUS(rc, TRIO_EIO);
    CHECK_STATUS(trio_cancel_scope_close(&outer, rc), TRIO_EIO);
    trio_error_clear();
}

// S31
TEST(absorb, a_fail_scope_whose_task_was_cancelled_is_no_success)
{
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_fail_after(&scope, TRIO_SECOND);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, NULL));
    trio_ignore(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(trio_cancel_scope_close(&scope, TRIO_OK), TRIO_ETIMEDOUT);
    trio_error_clear();
}

static TRIO_CHECKPOINT trio_status sleep_for(void *arg)
{
    return trio_sleep(*(trio_duration *)arg);
}

// S31
TEST(absorb, with_timeout_is_a_fail_scope)
{
    trio_duration little = TRIO_MS, much = TRIO_HOUR;
    trio_status failure = TRIO_EIO;

    CHECK_OK(trio_with_timeout(TRIO_SECOND, sleep_for, &little));
    CHECK_STATUS(trio_with_timeout(TRIO_SECOND, sleep_for, &much),
                 TRIO_ETIMEDOUT);
    CHECK_STATUS(trio_with_timeout(TRIO_SECOND, return_status, &failure),
                 TRIO_EIO);
    trio_error_clear();
}

// S31
TEST(absorb, shielded_is_a_shield_scope)
{
    trio_duration little = TRIO_MS, much = TRIO_HOUR;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_OK(trio_shielded(TRIO_SECOND, sleep_for, &little));
    CHECK_STATUS(trio_shielded(TRIO_SECOND, sleep_for, &much), TRIO_ETIMEDOUT);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    trio_error_clear();
}
