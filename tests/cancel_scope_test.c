// What cancelling means: a level, at once, once, with a reason.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/tasks.h"

// S19
TEST(cancel_scope, every_checkpoint_in_a_cancelled_scope_is_cancelled)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_checkpoint());
    trio_cancel_scope_cancel(&scope, NULL);
    for (int i = 0; i < 5; i++)
        CHECK_STATUS(trio_checkpoint(), TRIO_ECANCELED);
    trio_status rc = trio_sleep(TRIO_SECOND);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_checkpoint()); // Left, the scope reaches nobody.
}

// S19
TEST(cancel_scope, a_cancellation_reaches_into_nested_scopes_and_tasks)
{
    struct trio_cancel_scope outer, inner;
    struct trio_nursery nursery;
    trio_status child = TRIO_OK;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_open(&inner);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, &child));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(&outer, NULL);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    rc = trio_nursery_close(&nursery, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_STATUS(child, TRIO_ECANCELED);
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(!trio_cancel_scope_called(&inner));
    CHECK(trio_cancel_scope_called(&outer));
}

// S19
TEST(cancel_scope, a_scope_that_is_opened_in_a_cancelled_one_is_cancelled)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_cancel(&outer, NULL);
    trio_cancel_scope_open(&inner);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
}

// ---- S20: cancelling ----

struct abort_counter {
    struct trio_task *task;
    int aborts;
    bool ran;
};

static bool count_abort(struct trio_task *task, void *arg)
{
    struct abort_counter *counter = arg;

    CHECK(task == counter->task);
    counter->aborts++;
    return true;
}

static TRIO_CHECKPOINT trio_status park_counting(void *arg)
{
    struct abort_counter *counter = arg;

    counter->task = trio_task_current();
    trio_status rc = trio_park(&test_wait, counter, count_abort, counter);
    counter->ran = true;
    return rc;
}

// S20
TEST(cancel_scope, cancelling_takes_effect_at_once_and_runs_no_task)
{
    struct abort_counter counter = {0};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park_counting, &counter));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    struct trio_cancel_scope *scope = trio_nursery_cancel_scope(&nursery);
    CHECK(!trio_cancel_scope_called(scope));
    trio_cancel_scope_cancel(scope, NULL);
    CHECK(trio_cancel_scope_called(scope));
    CHECK_EQ(counter.aborts, 1);
    CHECK(!counter.ran);
    CHECK(!trio_task_is_parked(counter.task));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(counter.ran);
}

// S20
TEST(cancel_scope, cancelling_again_changes_nothing)
{
    struct abort_counter counter = {0};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park_counting, &counter));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    for (int i = 0; i < 3; i++)
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_EQ(counter.aborts, 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(counter.aborts, 1);
    CHECK(trio_cancel_scope_called(trio_nursery_cancel_scope(&nursery)));
}

// S21
TEST(cancel_scope, cancelled_after_its_last_checkpoint_it_closes_normally)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_status rc = trio_checkpoint();
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_cancel_scope_called(&scope));
    CHECK(!trio_cancel_scope_caught(&scope));
}

// ---- S27: inheritance ----

// S27
TEST(cancel_scope, tasks_inherit_from_their_nursery)
{
    struct worker worker = {.delay = TRIO_SECOND};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &worker));
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(worker.slept);
}

// S27
TEST(cancel_scope, a_shield_round_the_start_does_not_protect_the_task)
{
    struct worker worker = {.delay = TRIO_SECOND};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    trio_shield_after(&scope, TRIO_FOREVER);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &worker));
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(worker.slept, TRIO_ECANCELED);
}

// S28
TEST(cancel_scope, a_cancellation_reaches_each_parked_task_once)
{
    struct abort_counter counters[50] = {{0}};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_cancel_scope_open(&scope);
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(counters); i++)
        CHECK_OK(
            trio_nursery_start_soon(&nursery, park_counting, &counters[i]));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    for (size_t i = 0; i < COUNT(counters); i++)
        CHECK_EQ(counters[i].aborts, 1);
}

// ---- S32: reasons ----

// S32
TEST(cancel_scope, the_first_reason_stays)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    CHECK_EQ(trio_cancel_scope_reason(&scope).source, TRIO_CANCEL_NONE);
    trio_cancel_scope_cancel(&scope, "first");
    trio_cancel_scope_cancel(&scope, "second");
    struct trio_cancel_reason reason = trio_cancel_scope_reason(&scope);
    CHECK_EQ(reason.source, TRIO_CANCEL_EXPLICIT);
    CHECK_STRING(reason.text, "first");
    CHECK_EQ(reason.task, trio_task_number(trio_task_current()));
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    CHECK_STRING(trio_cancel_scope_reason(&scope).text, "first");
}

// S32
TEST(cancel_scope, a_deadline_comes_from_no_task)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, 0);
    CHECK_EQ(trio_cancel_scope_reason(&scope).source, TRIO_CANCEL_DEADLINE);
    CHECK_EQ(trio_cancel_scope_reason(&scope).task, 0);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

static void check_no_reason(struct trio_cancel_reason reason)
{
    CHECK_EQ(reason.source, TRIO_CANCEL_NONE);
    CHECK(reason.text == NULL);
    CHECK_EQ(reason.task, 0);
}

// S32
TEST(cancel_scope, who_is_not_cancelled_has_no_reason)
{
    struct trio_cancel_scope outer, shield;

    check_no_reason(trio_current_cancel_reason());
    trio_cancel_scope_open(&outer);
    check_no_reason(trio_cancel_scope_reason(&outer));
    trio_cancel_scope_cancel(&outer, "outside");
    trio_shield_after(&shield, TRIO_MINUTE);
    check_no_reason(trio_current_cancel_reason());
    check_no_reason(trio_cancel_scope_reason(&shield));
    CHECK_OK(trio_cancel_scope_close(&shield, TRIO_OK));
    CHECK_OK(trio_cancel_scope_close(&outer, TRIO_OK));
}

static TRIO_CHECKPOINT trio_status keep_reason(void *arg)
{
    struct trio_cancel_reason *reason = arg;
    trio_status rc = trio_sleep_forever();

    *reason = trio_current_cancel_reason();
    return rc;
}

// S32
TEST(cancel_scope, the_cancelled_task_can_read_the_reason)
{
    struct trio_cancel_reason reason = {0};
    struct trio_nursery nursery;

    CHECK_EQ(trio_current_cancel_reason().source, TRIO_CANCEL_NONE);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, keep_reason, &reason));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "enough");
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(reason.source, TRIO_CANCEL_EXPLICIT);
    CHECK_STRING(reason.text, "enough");
    CHECK_EQ(reason.task, trio_task_number(trio_task_current()));
}

static trio_status fail_at_once(void *arg)
{
    *(uint64_t *)arg = trio_task_number(trio_task_current());
    return TRIO_EINVAL;
}

// S32
TEST(cancel_scope, a_failing_sibling_is_the_reason)
{
    struct trio_cancel_reason reason = {0};
    struct trio_nursery nursery;
    uint64_t number = 0;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, keep_reason, &reason));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_nursery_start_soon(&nursery, fail_at_once, &number));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_EINVAL);
    CHECK_EQ(reason.source, TRIO_CANCEL_SIBLING);
    CHECK_EQ(reason.task, number);
    trio_error_clear();
}

// S32
TEST(cancel_scope, a_deadline_is_the_reason)
{
    struct trio_cancel_reason reason;
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = keep_reason(&reason);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(reason.source, TRIO_CANCEL_DEADLINE);
    CHECK_EQ(reason.task, 0);
}

// ---- S33: from elsewhere ----

// S33
TEST(cancel_scope, can_be_cancelled_before_anything_in_it_ran)
{
    struct worker worker = {.delay = TRIO_SECOND};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &worker));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(worker.slept, TRIO_ECANCELED);
}

struct canceller {
    struct trio_cancel_scope *scope;
    trio_duration delay;
};

static TRIO_CHECKPOINT trio_status cancel_later(void *arg)
{
    struct canceller *canceller = arg;
    trio_status rc = trio_sleep(canceller->delay);

    trio_cancel_scope_cancel(canceller->scope, NULL);
    return rc;
}

// S33
TEST(cancel_scope, can_be_cancelled_by_another_task)
{
    struct trio_cancel_scope scope;
    struct canceller canceller = {&scope, TRIO_SECOND};
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_nursery_start_soon(&nursery, cancel_later, &canceller));
    trio_status rc = trio_sleep_forever();
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_cancel_scope_caught(&scope));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S33
TEST(cancel_scope, a_handle_cancels_while_the_scope_is_open)
{
    struct trio_cancel_handle *handle;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_cancel_scope_share(&scope, &handle));
    CHECK_OK(trio_cancel_handle_cancel(handle, "by handle"));
    CHECK_STRING(trio_cancel_scope_reason(&scope).text, "by handle");
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    trio_cancel_handle_release(handle);
}

// S33
TEST(cancel_scope, a_handle_says_when_the_scope_is_closed)
{
    struct trio_cancel_handle *first, *second;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_cancel_scope_share(&scope, &first));
    CHECK_OK(trio_cancel_scope_share(&scope, &second));
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    struct trio_cancel_handle *third = trio_cancel_handle_retain(first);
    trio_cancel_scope_open(&scope); // Another scope in the same storage.
    CHECK_STATUS(trio_cancel_handle_cancel(first, NULL), TRIO_ECLOSED);
    CHECK_STATUS(trio_cancel_handle_cancel(second, NULL), TRIO_ECLOSED);
    trio_cancel_handle_release(first);
    CHECK_STATUS(trio_cancel_handle_cancel(third, NULL), TRIO_ECLOSED);
    CHECK_OK(trio_checkpoint());
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    trio_cancel_handle_release(second);
    trio_cancel_handle_release(third);
    trio_cancel_handle_release(NULL);
}

struct read_later {
    struct trio_cancel_scope scope;
    trio_time deadline;
};

static TRIO_CHECKPOINT trio_status let_it_pass(void *arg)
{
    struct read_later *later = arg;

    trio_move_on_after(&later->scope, TRIO_SECOND);
    later->deadline = trio_cancel_scope_deadline(&later->scope);
    return trio_cancel_scope_close(&later->scope, trio_sleep_forever());
}

// S33
TEST_PLAIN(cancel_scope, a_closed_scope_can_be_read_after_its_run)
{
    struct read_later later;

    CHECK_OK(trio_test(let_it_pass, &later));
    CHECK(trio_cancel_scope_called(&later.scope));
    CHECK(trio_cancel_scope_caught(&later.scope));
    CHECK_EQ(trio_cancel_scope_deadline(&later.scope), later.deadline);
}

// S33
TEST(cancel_scope, a_closed_scope_can_be_read_and_reopened)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_SECOND);
    trio_time deadline = trio_cancel_scope_deadline(&scope);
    trio_status rc = trio_sleep_forever();
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_cancel_scope_called(&scope));
    CHECK(trio_cancel_scope_caught(&scope));
    CHECK_EQ(trio_cancel_scope_deadline(&scope), deadline);
    CHECK_EQ(trio_cancel_scope_reason(&scope).source, TRIO_CANCEL_DEADLINE);

    trio_cancel_scope_open(&scope);
    CHECK(!trio_cancel_scope_called(&scope));
    CHECK(!trio_cancel_scope_caught(&scope));
    CHECK_EQ(trio_cancel_scope_deadline(&scope), TRIO_FOREVER);
    CHECK_EQ(trio_cancel_scope_reason(&scope).source, TRIO_CANCEL_NONE);
    CHECK_OK(trio_checkpoint());
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
}

// ---- S34: two scopes ----

struct service {
    struct trio_cancel_scope *accepting;
    struct trio_cancel_scope *handling;
};

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct service *service = arg;
    struct worker quick = {.delay = 3 * TRIO_SECOND};
    struct worker slow = {.delay = TRIO_HOUR};
    struct trio_cancel_scope accepting;
    struct trio_nursery handlers;

    trio_nursery_open(&handlers);
    service->handling = trio_nursery_cancel_scope(&handlers);
    CHECK_OK(trio_nursery_start_soon(&handlers, worker_run, &quick));
    CHECK_OK(trio_nursery_start_soon(&handlers, worker_run, &slow));
    trio_cancel_scope_open(&accepting);
    service->accepting = &accepting;
    trio_status rc = trio_sleep_forever(); // accepts
    service->accepting = NULL;
    CHECK_OK(trio_cancel_scope_close(&accepting, rc));
    CHECK_OK(trio_nursery_close(&handlers, TRIO_OK));
    CHECK_OK(quick.slept);
    CHECK_STATUS(slow.slept, TRIO_ECANCELED);
    return TRIO_OK;
}

// S34
TEST(cancel_scope, a_graceful_stop_is_two_scopes)
{
    struct service service = {NULL, NULL};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, serve, &service));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_time stopped = trio_now();
    if (CHECK(service.accepting != NULL)) {
        trio_cancel_scope_cancel(service.accepting, NULL);
        trio_cancel_scope_extend_after(service.handling, 5 * TRIO_SECOND);
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(trio_now(), stopped + 5 * TRIO_SECOND);
}

TEST(cancel_scope, a_handle_moves_deadline_and_shield_while_the_scope_is_open)
{
    struct trio_cancel_scope outer, scope;
    struct trio_cancel_handle *handle;
    trio_time begun = trio_now();

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_cancel_scope_share(&scope, &handle));
    CHECK_OK(trio_cancel_handle_set_deadline_at(handle, begun + TRIO_SECOND));
    CHECK_EQ(trio_cancel_scope_deadline(&scope), begun + TRIO_SECOND);
    CHECK_OK(trio_cancel_handle_set_shield(handle, true));
    trio_cancel_scope_cancel(&outer, NULL);
    CHECK_OK(trio_checkpoint());
    CHECK_OK(trio_cancel_handle_set_shield(handle, false));
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    rc = trio_cancel_scope_close(&scope, rc);
    CHECK_STATUS(trio_cancel_handle_set_deadline_at(handle, TRIO_PAST),
                 TRIO_ECLOSED);
    CHECK_STATUS(trio_cancel_handle_set_shield(handle, true), TRIO_ECLOSED);
    trio_cancel_handle_release(handle);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
}
