// System tasks: how long they live, and what their failure means.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

struct service {
    struct log log;
    trio_status rc;
    struct trio_cancel_reason reason;
    trio_duration cleanup;
};

static TRIO_CHECKPOINT trio_status serve(void *arg)
{
    struct service *service = arg;

    service->rc = trio_sleep_forever();
    service->reason = trio_current_cancel_reason();
    log_add(&service->log, 's');
    if (service->cleanup > 0)
        CHECK_OK(sleep_shielded(&service->cleanup));
    log_add(&service->log, 'e');
    return service->rc;
}

static TRIO_CHECKPOINT trio_status start_service(void *arg)
{
    struct service *service = arg;

    CHECK_OK(trio_system_task_start(NULL, serve, service));
    trio_status rc = trio_sleep(TRIO_SECOND);
    CHECK_OK(service->rc);
    log_add(&service->log, 'm');
    return rc;
}

// S9
TEST_SEEDED(system_task, is_cancelled_and_awaited_when_main_has_ended)
{
    struct service service = {.cleanup = TRIO_MINUTE};

    CHECK_OK(trio_test_seeded(check_seed(), start_service, &service));
    CHECK_LOG(service.log, "mse");
    CHECK_STATUS(service.rc, TRIO_ECANCELED);
    CHECK_EQ(service.reason.source, TRIO_CANCEL_SHUTDOWN);
}

struct served {
    struct trio_entry entry;
    struct trio_poster *poster;
    struct trio_parking_lot lot;
    trio_status rc;
    int called;
};

static void wake_server(struct trio_entry *entry)
{
    struct served *served = (struct served *)entry;

    served->called++;
    trio_parking_lot_unpark_one(&served->lot);
}

static TRIO_CHECKPOINT trio_status use_entry_while_ending(void *arg)
{
    struct served *served = arg;

    trio_status canceled = trio_sleep_forever();
    CHECK_OK(trio_poster_post(served->poster, &served->entry));
    served->rc = trio_parking_lot_park_shielded(&served->lot, &test_wait, NULL);
    return canceled;
}

static TRIO_CHECKPOINT trio_status start_served(void *arg)
{
    struct served *served = arg;

    CHECK_OK(trio_poster_open(&served->poster));
    CHECK_OK(trio_system_task_start(NULL, use_entry_while_ending, served));
    return trio_checkpoint();
}

// S9
TEST_SEEDED(system_task, entries_are_served_until_all_have_ended)
{
    struct served served = {.entry = TRIO_ENTRY_INIT(wake_server),
                            .rc = TRIO_EINVAL};

    CHECK_OK(trio_test_seeded(check_seed(), start_served, &served));
    CHECK_OK(served.rc);
    CHECK_EQ(served.called, 1);
    CHECK_STATUS(trio_poster_post(served.poster, &served.entry),
                 TRIO_ERUNFINISHED);
    trio_poster_close(served.poster);
}

static TRIO_CHECKPOINT trio_status fail_soon(void *arg)
{
    (void)arg;
    trio_status rc = trio_sleep(TRIO_SECOND);
    return rc == TRIO_OK ? trio_fail(TRIO_EIO, "the service broke") : rc;
}

static TRIO_CHECKPOINT trio_status depend_on_service(void *arg)
{
    trio_time begun = trio_now();

    CHECK_OK(trio_system_task_start(NULL, fail_soon, NULL));
    trio_status rc = trio_sleep(TRIO_HOUR);
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    *(trio_status *)arg = rc;
    return rc;
}

// S9
TEST_SEEDED(system_task, that_fails_cancels_main_and_is_the_cause)
{
    struct capture capture;
    trio_status main_status = TRIO_OK;

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, depend_on_service, &main_status),
                 TRIO_EINTERNAL);
    CHECK_STATUS(main_status, TRIO_ECANCELED);
    REQUIRE(capture.error != NULL);
    CHECK_STATUS(capture.error->status, TRIO_EINTERNAL);
    CHECK(trio_error_contains(capture.error, TRIO_EIO));
    CHECK_STRING(trio_error_cause(capture.error)->text, "the service broke");
    capture_close(&capture);
}

struct restarting {
    int left;
};

static trio_status start_next(void *arg)
{
    struct restarting *restarting = arg;

    if (--restarting->left > 0)
        return trio_system_task_start(NULL, start_next, restarting);
    return TRIO_OK;
}

static trio_status start_chain(void *arg)
{
    return trio_system_task_start(NULL, start_next, arg);
}

// S9
TEST_SEEDED(system_task, those_that_are_started_by_others_are_awaited_too)
{
    struct restarting restarting = {5};

    CHECK_OK(trio_test_seeded(check_seed(), start_chain, &restarting));
    CHECK_EQ(restarting.left, 0);
}

static TRIO_CHECKPOINT trio_status outlive_scope(void *arg)
{
    struct service *service = arg;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_system_task_start(NULL, serve, service));
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_checkpoint();
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(service->rc);
    return TRIO_OK;
}

// S9
TEST_SEEDED(system_task, belongs_to_the_run_and_not_to_a_scope)
{
    struct service service = {.rc = TRIO_OK};

    CHECK_OK(trio_test_seeded(check_seed(), outlive_scope, &service));
    CHECK_STATUS(service.rc, TRIO_ECANCELED);
}

struct late_start {
    struct trio_entry entry;
    struct trio_poster *poster;
    struct trio_cancel_reason reason;
    bool ran;
};

static TRIO_CHECKPOINT trio_status run_late(void *arg)
{
    struct late_start *late = arg;
    trio_status rc = trio_sleep_forever();

    late->reason = trio_current_cancel_reason();
    late->ran = true;
    return rc;
}

static void start_late(struct trio_entry *entry)
{
    CHECK_OK(trio_system_task_start(NULL, run_late, entry));
}

static trio_status post_late(void *arg)
{
    struct late_start *late = arg;

    CHECK_OK(trio_poster_open(&late->poster));
    return trio_poster_post(late->poster, &late->entry);
}

// S9
TEST_SEEDED(system_task, that_the_last_entry_starts_is_cancelled_and_awaited)
{
    struct late_start late = {.entry = TRIO_ENTRY_INIT(start_late)};

    CHECK_OK(trio_test_seeded(check_seed(), post_late, &late));
    CHECK(late.ran);
    CHECK_EQ(late.reason.source, TRIO_CANCEL_SHUTDOWN);
    trio_poster_close(late.poster);
}
