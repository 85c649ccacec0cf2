// Parking: exactly one wake or one successful abort ends it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/tasks.h"

struct parker {
    bool (*abort)(struct trio_task *task, void *arg);
    struct trio_task *task;
    int aborts;
    trio_status park;
    trio_status next;
};

static bool abort_and_agree(struct trio_task *task, void *arg)
{
    struct parker *parker = arg;

    CHECK(task == parker->task);
    parker->aborts++;
    return true;
}

static bool abort_and_refuse(struct trio_task *task, void *arg)
{
    struct parker *parker = arg;

    CHECK(task == parker->task);
    parker->aborts++;
    return false;
}

static TRIO_CHECKPOINT trio_status park(void *arg)
{
    struct parker *parker = arg;

    parker->task = trio_task_current();
    parker->park = trio_park(&test_wait, parker, parker->abort, parker);
    parker->next = trio_checkpoint();
    return parker->next == TRIO_ECANCELED ? parker->next : TRIO_OK;
}

// S40
TEST(park, returns_what_the_wake_gives)
{
    struct parker parker = {.abort = abort_and_agree};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park, &parker));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK(trio_task_is_parked(parker.task));
    trio_wake(parker.task, TRIO_EEND);
    CHECK(!trio_task_is_parked(parker.task));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(parker.park, TRIO_EEND);
    CHECK_EQ(parker.aborts, 0);
}

// S40
TEST(park, an_abort_that_agrees_ends_it)
{
    struct parker parker = {.abort = abort_and_agree};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park, &parker));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_EQ(parker.aborts, 1); // synchronously
    CHECK(!trio_task_is_parked(parker.task));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(parker.park, TRIO_ECANCELED);
    CHECK_EQ(parker.aborts, 1);
}

// S40
TEST(park, an_abort_that_refuses_leaves_it_to_the_wake)
{
    struct parker parker = {.abort = abort_and_refuse};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park, &parker));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_EQ(parker.aborts, 1);
    CHECK(trio_task_is_parked(parker.task));
    trio_wake(parker.task, TRIO_EEND);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(parker.park, TRIO_EEND);
    CHECK_STATUS(parker.next, TRIO_ECANCELED);
}

// S40
TEST(park, abort_is_called_at_most_once)
{
    struct parker parker = {.abort = abort_and_refuse};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_cancel_scope_open(&scope);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park, &parker));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_EQ(parker.aborts, 1);
    trio_wake(parker.task, TRIO_OK);
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(parker.aborts, 1);
}

struct wavering {
    struct parker parker;
    struct trio_cancel_scope scope;
};

static TRIO_CHECKPOINT trio_status park_in_scope(void *arg)
{
    struct wavering *wavering = arg;

    trio_cancel_scope_open(&wavering->scope);
    trio_status rc = park(&wavering->parker);
    return trio_cancel_scope_close(&wavering->scope, rc);
}

// S40
TEST(park, abort_is_called_at_most_once_also_if_a_shield_comes_and_goes)
{
    struct wavering wavering = {.parker = {.abort = abort_and_refuse}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park_in_scope, &wavering));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    trio_cancel_scope_set_shield(&wavering.scope, true);
    trio_cancel_scope_set_shield(&wavering.scope, false);
    CHECK_EQ(wavering.parker.aborts, 1);
    trio_wake(wavering.parker.task, TRIO_OK);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(wavering.parker.next, TRIO_ECANCELED);
}

// S40
TEST(park, abort_is_not_called_for_a_cancellation_behind_a_shield)
{
    struct parker parker = {.abort = abort_and_agree};
    struct trio_cancel_scope outer, shield;
    struct trio_nursery nursery;

    trio_cancel_scope_open(&outer);
    trio_shield_after(&shield, TRIO_FOREVER);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park, &parker));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(&outer, NULL);
    CHECK_EQ(parker.aborts, 0);
    trio_wake(parker.task, TRIO_OK);
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    rc = trio_cancel_scope_close(&shield, rc);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
}

// S40
TEST(park, already_cancelled_it_calls_abort_on_entry)
{
    struct parker parker = {.abort = abort_and_agree};
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    uint64_t before = pass_number();
    trio_status rc = park(&parker);
    CHECK_STATUS(parker.park, TRIO_ECANCELED);
    CHECK_EQ(parker.aborts, 1);
    CHECK(pass_number() > before);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

static trio_status wake_parker(void *arg)
{
    struct parker *parker = arg;

    trio_wake(parker->task, TRIO_EEND);
    return TRIO_OK;
}

// S40
TEST(park, already_cancelled_an_abort_that_refuses_waits_for_the_wake)
{
    struct parker parker = {.abort = abort_and_refuse};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    parker.task = trio_task_current();
    CHECK_OK(trio_nursery_start_soon(&nursery, wake_parker, &parker));
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = park(&parker);
    CHECK_STATUS(parker.park, TRIO_EEND);
    CHECK_STATUS(parker.next, TRIO_ECANCELED);
    CHECK_EQ(parker.aborts, 1);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status park_behind_shield(void *arg)
{
    struct parker *parker = arg;

    parker->task = trio_task_current();
    parker->park = trio_park_shielded(&test_wait, parker);
    parker->next = trio_checkpoint();
    return parker->next;
}

// S40
TEST(park, shielded_ignores_cancellations)
{
    struct parker parker = {0};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park_behind_shield, &parker));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK(trio_task_is_parked(parker.task));
    trio_wake(parker.task, TRIO_EBUSY);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(parker.park, TRIO_EBUSY);
    CHECK_STATUS(parker.next, TRIO_ECANCELED);
}

// S40
TEST(park, a_task_that_runs_is_not_parked)
{
    CHECK(!trio_task_is_parked(trio_task_current()));
}

// ---- Abort functions that do something ----

struct domino {
    struct trio_task *task;
    struct trio_cancel_scope *fells; // Cancelled by the abort, or NULL.
    struct trio_task *wakes;         // Woken by the abort, or NULL.
    trio_status rc;
    int aborts;
};

static bool fall(struct trio_task *task, void *arg)
{
    struct domino *domino = arg;

    (void)task;
    domino->aborts++;
    if (domino->fells != NULL)
        trio_cancel_scope_cancel(domino->fells, NULL);
    if (domino->wakes != NULL && trio_task_is_parked(domino->wakes))
        trio_wake(domino->wakes, TRIO_EEND);
    return true;
}

static TRIO_CHECKPOINT trio_status stand(void *arg)
{
    struct domino *domino = arg;

    domino->task = trio_task_current();
    domino->rc = trio_park(&test_wait, domino, fall, domino);
    return domino->rc == TRIO_ECANCELED ? domino->rc : TRIO_OK;
}

// S8 S20
TEST(park, an_abort_function_may_cancel_others)
{
    struct domino first = {.rc = TRIO_OK}, second = {.rc = TRIO_OK};
    struct trio_nursery ones, others;

    trio_nursery_open(&ones);
    trio_nursery_open(&others);
    first.fells = trio_nursery_cancel_scope(&others);
    CHECK_OK(trio_nursery_start_soon(&ones, stand, &first));
    CHECK_OK(trio_nursery_start_soon(&others, stand, &second));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&ones), NULL);
    CHECK_EQ(first.aborts, 1);
    CHECK_EQ(second.aborts, 1);
    trio_status rc = trio_nursery_close(&others, TRIO_OK);
    CHECK_STATUS(rc, TRIO_ECANCELED); // The outer one is cancelled, too.
    CHECK_OK(trio_nursery_close(&ones, rc));
    CHECK_STATUS(first.rc, TRIO_ECANCELED);
    CHECK_STATUS(second.rc, TRIO_ECANCELED);
}

// S8 S15 S40
TEST(park, an_abort_function_may_wake_one_that_is_about_to_be_aborted)
{
    struct domino dominos[2] = {{.rc = TRIO_OK}, {.rc = TRIO_OK}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 2; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, stand, &dominos[i]));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    dominos[0].wakes = dominos[1].task;
    dominos[1].wakes = dominos[0].task;
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    // Whichever was reached first has woken the other, which wins its wake.
    CHECK_EQ(dominos[0].aborts + dominos[1].aborts, 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (int i = 0; i < 2; i++)
        CHECK_STATUS(dominos[i].rc,
                     dominos[i].aborts ? TRIO_ECANCELED : TRIO_EEND);
}
