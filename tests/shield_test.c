// What a shield hides, and what it does not.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/tasks.h"

// S26
TEST(shield, outer_cancellations_are_invisible_inside)
{
    struct trio_cancel_scope outer, shield;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_cancel(&outer, NULL);
    trio_shield_after(&shield, TRIO_MINUTE);
    CHECK_OK(trio_checkpoint());
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_EQ(trio_current_cancel_reason().source, TRIO_CANCEL_NONE);
    CHECK_OK(trio_cancel_scope_close(&shield, TRIO_OK));
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
}

static TRIO_CHECKPOINT trio_status sleep_in_shield(void *arg)
{
    struct worker *worker = arg;
    struct trio_cancel_scope shield;

    trio_shield_after(&shield, TRIO_FOREVER);
    trio_status rc = worker_run(worker);
    return trio_cancel_scope_close(&shield, rc);
}

// S26
TEST(shield, a_cancellation_that_comes_later_does_not_reach_inside)
{
    struct worker worker = {.delay = TRIO_SECOND};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_in_shield, &worker));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(worker.slept);
}

// S26
TEST(shield, its_own_cancellation_and_deadline_work)
{
    struct trio_cancel_scope shield;

    trio_shield_after(&shield, TRIO_FOREVER);
    trio_cancel_scope_cancel(&shield, NULL);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_STATUS(trio_cancel_scope_close(&shield, rc), TRIO_EABANDONED);

    trio_shield_at(&shield, trio_now() + TRIO_SECOND);
    rc = trio_sleep_forever();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_STATUS(trio_cancel_scope_close(&shield, rc), TRIO_ETIMEDOUT);
    trio_error_clear();
}

// S26
TEST(shield, scopes_inside_work_as_anywhere)
{
    struct trio_cancel_scope outer, shield, inner;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_cancel(&outer, NULL);
    trio_shield_after(&shield, TRIO_MINUTE);
    trio_move_on_after(&inner, TRIO_SECOND);
    trio_status rc = trio_sleep_forever();
    CHECK_OK(trio_cancel_scope_close(&inner, rc));
    CHECK(trio_cancel_scope_caught(&inner));
    CHECK_OK(trio_cancel_scope_close(&shield, TRIO_OK));
    CHECK_OK(trio_cancel_scope_close(&outer, TRIO_OK));
}

// S26
TEST(shield, taking_it_away_under_a_cancelled_parent_delivers_at_once)
{
    struct trio_cancel_scope outer, shield;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_cancel(&outer, NULL);
    trio_cancel_scope_open(&shield);
    trio_cancel_scope_set_shield(&shield, true);
    CHECK_OK(trio_checkpoint());
    trio_cancel_scope_set_shield(&shield, false);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    rc = trio_cancel_scope_close(&shield, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
}

struct shielded {
    struct trio_cancel_scope scope;
    struct trio_task *task;
    trio_status slept;
};

static TRIO_CHECKPOINT trio_status park_in_shield(void *arg)
{
    struct shielded *shielded = arg;

    shielded->task = trio_task_current();
    trio_cancel_scope_open(&shielded->scope);
    trio_cancel_scope_set_shield(&shielded->scope, true);
    shielded->slept = trio_sleep_forever();
    return trio_cancel_scope_close(&shielded->scope, shielded->slept);
}

// S26
TEST(shield, taking_it_away_reaches_a_task_that_is_parked_inside)
{
    struct shielded shielded = {.slept = TRIO_OK};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park_in_shield, &shielded));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK(trio_task_is_parked(shielded.task));
    trio_cancel_scope_set_shield(&shielded.scope, false);
    CHECK(!trio_task_is_parked(shielded.task));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(shielded.slept, TRIO_ECANCELED);
}

// S26
TEST(shield, raising_it_while_a_cancellation_is_on_its_way_out_undoes_nothing)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_open(&inner);
    trio_cancel_scope_cancel(&outer, NULL);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    trio_cancel_scope_set_shield(&inner, true);
    CHECK_OK(trio_checkpoint()); // The shield does hide what is outside,
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED); // but what was given stays given.
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(trio_cancel_scope_caught(&outer));
}

// S26
TEST(shield, a_nursery_inside_shields_its_tasks)
{
    struct worker worker = {.delay = TRIO_SECOND};
    struct trio_cancel_scope outer, shield;
    struct trio_nursery nursery;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_cancel(&outer, NULL);
    trio_shield_after(&shield, TRIO_MINUTE);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &worker));
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    CHECK_OK(trio_cancel_scope_close(&shield, rc));
    CHECK_OK(worker.slept);
    CHECK_OK(trio_cancel_scope_close(&outer, TRIO_OK));
}
