// trio_nursery_start: whose the task is, before and after trio_started.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/tasks.h"

struct service {
    trio_duration before; // How long until it has started.
    trio_duration after;  // How long it lives then.
    trio_status result;   // What to return without having started.
    bool never;           // Ends without trio_started.
    trio_status first;    // What the first sleep returned.
    trio_status second;   // What the second sleep returned.
    bool ended;
};

static TRIO_CHECKPOINT trio_status run_service(void *arg)
{
    struct service *service = arg;

    service->first = trio_sleep(service->before);
    service->second = TRIO_EINVAL;
    trio_status rc = service->first;
    if (rc == TRIO_OK && service->never) {
        rc = service->result;
    } else if (rc == TRIO_OK) {
        trio_started(&service->after);
        service->second = trio_sleep(service->after);
        rc = service->second == TRIO_OK ? service->result : service->second;
    }
    service->ended = true;
    return rc;
}

// S38
TEST(start, returns_the_value_when_the_task_says_so)
{
    struct service service = {.before = TRIO_SECOND, .after = TRIO_MINUTE};
    struct trio_nursery nursery;
    trio_time begun = trio_now();
    void *value = NULL;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start(&nursery, run_service, &service, &value));
    CHECK(value == &service.after);
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    CHECK(!service.ended);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND + TRIO_MINUTE);
    CHECK_OK(service.second);
}

// S38
TEST(start, the_value_may_be_of_no_interest)
{
    struct service service = {0};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start(&nursery, run_service, &service, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S38
TEST(start, a_failure_before_started_is_returned_and_the_nursery_lives)
{
    struct service service = {.never = true, .result = TRIO_EADDRINUSE};
    struct worker worker = {.delay = TRIO_SECOND};
    struct trio_nursery nursery;
    void *value = &service;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &worker));
    CHECK_STATUS(trio_nursery_start(&nursery, run_service, &service, &value),
                 TRIO_EADDRINUSE);
    CHECK(value == &service);
    trio_error_clear();
    CHECK_OK(trio_checkpoint());
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(worker.slept);
}

// S38
TEST(start, ending_without_started_is_not_started)
{
    struct service service = {.never = true};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_STATUS(trio_nursery_start(&nursery, run_service, &service, NULL),
                 TRIO_ENOTSTARTED);
    trio_error_clear();
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S38
TEST(start, before_started_the_caller_can_cancel_the_task)
{
    struct service service = {.before = TRIO_HOUR};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = trio_nursery_start(&nursery, run_service, &service, NULL);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_STATUS(service.first, TRIO_ECANCELED);
    CHECK(service.ended);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(!trio_cancel_scope_called(trio_nursery_cancel_scope(&nursery)));
}

static TRIO_CHECKPOINT trio_status fail_when_cancelled(void *arg)
{
    trio_ignore(trio_sleep_forever());
    return *(trio_status *)arg;
}

// S38
TEST(start, a_failure_while_being_cancelled_is_the_result)
{
    trio_status failure = TRIO_EIO;
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_fail_after(&scope, TRIO_SECOND);
    trio_status rc =
        trio_nursery_start(&nursery, fail_when_cancelled, &failure, NULL);
    CHECK_STATUS(rc, TRIO_EIO);
    CHECK_STATUS(trio_cancel_scope_close(&scope, rc), TRIO_EIO);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_error_clear();
}

struct starter {
    struct trio_nursery *target;
    struct service service;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status start_there(void *arg)
{
    struct starter *starter = arg;

    starter->rc = trio_nursery_start(starter->target, run_service,
                                     &starter->service, NULL);
    trio_error_clear();
    return TRIO_OK;
}

// S38
TEST(start, before_started_the_nursery_can_cancel_the_task)
{
    struct trio_nursery callers, target;
    struct starter starter = {&target, {.before = TRIO_HOUR}, TRIO_OK};

    trio_nursery_open(&callers);
    trio_nursery_open(&target);
    CHECK_OK(trio_nursery_start_soon(&callers, start_there, &starter));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&target), NULL);
    CHECK_OK(trio_nursery_close(&target, TRIO_OK));
    CHECK_OK(trio_nursery_close(&callers, TRIO_OK));
    CHECK_STATUS(starter.service.first, TRIO_ECANCELED);
    // The caller was not cancelled, so the call does not say so.
    CHECK_STATUS(starter.rc, TRIO_ENOTSTARTED);
}

// S38
TEST(start, the_close_of_the_nursery_waits_for_the_call)
{
    struct trio_nursery callers, target;
    struct starter starter = {
        &target, {.before = TRIO_SECOND, .after = TRIO_SECOND}, TRIO_EINVAL};
    trio_time begun = trio_now();

    trio_nursery_open(&callers);
    trio_nursery_open(&target);
    CHECK_OK(trio_nursery_start_soon(&callers, start_there, &starter));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_nursery_close(&target, TRIO_OK));
    CHECK_EQ(trio_now(), begun + 2 * TRIO_SECOND);
    CHECK_OK(starter.rc);
    CHECK_OK(trio_nursery_close(&callers, TRIO_OK));
}

// S38
TEST(start, a_failure_of_the_call_is_not_the_closing_nurserys)
{
    struct trio_nursery callers, target;
    struct starter starter = {
        &target,
        {.before = TRIO_SECOND, .never = true, .result = TRIO_EIO},
        TRIO_OK};

    trio_nursery_open(&callers);
    trio_nursery_open(&target);
    CHECK_OK(trio_nursery_start_soon(&callers, start_there, &starter));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_nursery_close(&target, TRIO_OK));
    CHECK_OK(trio_nursery_close(&callers, TRIO_OK));
    CHECK_STATUS(starter.rc, TRIO_EIO);
}

// S38
TEST(start, afterwards_the_nursery_alone_governs_the_task)
{
    struct service service = {.after = TRIO_MINUTE};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_nursery_start(&nursery, run_service, &service, NULL));
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(trio_now(), begun + TRIO_MINUTE);
    CHECK_OK(service.second);
}

// S38
TEST(start, afterwards_a_failure_is_the_nurserys)
{
    struct service service = {.after = TRIO_SECOND, .result = TRIO_EIO};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start(&nursery, run_service, &service, NULL));
    CHECK_STATUS(trio_sleep_forever(), TRIO_ECANCELED);
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_ECANCELED), TRIO_EIO);
    trio_error_clear();
}

// Cannot be cancelled before it comes to say that it has started.
static TRIO_CHECKPOINT trio_status start_behind_shield(void *arg)
{
    struct service *service = arg;

    CHECK_OK(sleep_shielded(&service->before));
    service->first = trio_checkpoint();
    trio_started(&service->after);
    service->second = trio_sleep(service->after);
    return service->second;
}

// S38
TEST(start, moves_the_task_also_when_the_caller_is_cancelled_by_then)
{
    struct service service = {.before = 2 * TRIO_SECOND, .after = TRIO_SECOND};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    void *value = NULL;

    trio_nursery_open(&nursery);
    trio_move_on_after(&scope, TRIO_SECOND);
    CHECK_OK(
        trio_nursery_start(&nursery, start_behind_shield, &service, &value));
    CHECK(value == &service.after);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(service.first, TRIO_ECANCELED); // by the caller,
    CHECK_OK(service.second); // whose scope is not round it any more
}

// S38
TEST(start, a_shield_of_the_nursery_does_not_protect_against_the_caller)
{
    struct service service = {.before = TRIO_HOUR};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_set_shield(trio_nursery_cancel_scope(&nursery), true);
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = trio_nursery_start(&nursery, run_service, &service, NULL);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S38
TEST(start, a_shield_of_the_caller_does_not_protect_against_the_nursery)
{
    struct service service = {.before = TRIO_HOUR};
    struct trio_cancel_scope shield;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_extend_after(trio_nursery_cancel_scope(&nursery),
                                   TRIO_SECOND);
    trio_shield_after(&shield, TRIO_FOREVER);
    trio_status rc = trio_nursery_start(&nursery, run_service, &service, NULL);
    CHECK_STATUS(rc, TRIO_ENOTSTARTED);
    CHECK_STATUS(trio_cancel_scope_close(&shield, rc), TRIO_ENOTSTARTED);
    CHECK_STATUS(service.first, TRIO_ECANCELED);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_error_clear();
}

static trio_status call_started(void *arg)
{
    trio_started(arg);
    trio_started(arg);
    return TRIO_OK;
}

// S38
TEST(start, in_a_task_begun_by_start_soon_started_does_nothing)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, call_started, NULL));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_started(NULL); // Nor in main.
}

static TRIO_CHECKPOINT trio_status read_deadlines(void *arg)
{
    trio_time *deadlines = arg;

    deadlines[0] = trio_current_effective_deadline();
    trio_started(NULL);
    deadlines[1] = trio_current_effective_deadline();
    return TRIO_OK;
}

// S30 S38
TEST(start, before_started_the_deadlines_of_both_sides_count)
{
    struct trio_nursery nursery;
    struct trio_cancel_scope scope;
    trio_time deadlines[2], now = trio_now();

    trio_nursery_open(&nursery);
    trio_cancel_scope_extend_after(trio_nursery_cancel_scope(&nursery),
                                   TRIO_MINUTE);
    // Behind the shield the caller does not see what the task does.
    trio_shield_after(&scope, TRIO_HOUR);
    trio_status rc =
        trio_nursery_start(&nursery, read_deadlines, deadlines, NULL);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(deadlines[0], now + TRIO_MINUTE);
    CHECK_EQ(deadlines[1], now + TRIO_MINUTE);

    trio_fail_after(&scope, TRIO_SECOND);
    rc = trio_nursery_start(&nursery, read_deadlines, deadlines, NULL);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(deadlines[0], now + TRIO_SECOND);
    CHECK_EQ(deadlines[1], now + TRIO_MINUTE);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S38
TEST(start, a_nursery_that_fails_meanwhile_ends_the_call)
{
    struct worker failing = {.delay = TRIO_SECOND, .result = TRIO_EIO};
    struct service service = {.before = TRIO_HOUR};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &failing));
    // The caller is inside of what is cancelled.
    trio_status rc = trio_nursery_start(&nursery, run_service, &service, NULL);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_STATUS(trio_nursery_close(&nursery, rc), TRIO_EIO);
    trio_error_clear();
}

static trio_status start_and_fail(void *arg)
{
    trio_started(arg);
    return TRIO_EIO;
}

// S14 S38
TEST(start, a_failure_in_the_step_of_started_is_the_nurserys_already)
{
    struct trio_nursery nursery;
    void *value = NULL;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start(&nursery, start_and_fail, &value, &value));
    CHECK(value == &value);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_STATUS(trio_nursery_close(&nursery, rc), TRIO_EIO);
    trio_error_clear();
}

struct relay {
    struct trio_nursery *nursery;
    int left;
};

// Starts another one before it has started itself.
static TRIO_CHECKPOINT trio_status start_next(void *arg)
{
    struct relay *relay = arg;
    void *value = NULL;
    trio_status rc = TRIO_OK;

    if (relay->left-- > 0)
        rc = trio_nursery_start(relay->nursery, start_next, relay, &value);
    if (rc == TRIO_OK)
        trio_started(relay);
    return rc;
}

// S38
TEST(start, calls_nest)
{
    struct trio_nursery nursery;
    struct relay relay = {&nursery, 20};
    void *value = NULL;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start(&nursery, start_next, &relay, &value));
    CHECK(value == &relay);
    CHECK_EQ(relay.left, -1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}
