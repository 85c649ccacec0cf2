// The task dump: each task with what it waits for, and the scopes round it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

static const struct trio_wait bus_wait = {.verb = "catch a bus"};

static TRIO_CHECKPOINT trio_status wait_for_bus(void *stop)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, TRIO_MINUTE);
    trio_status rc = trio_parking_lot_park(stop, &bus_wait, stop);
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status dump(void *arg)
{
    struct trio_task_options options = {.name = "passenger"};
    struct trio_parking_lot stop = TRIO_PARKING_LOT_INIT;
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    CHECK_OK(
        trio_nursery_start_soon_with(&nursery, &options, wait_for_bus, &stop));
    CHECK_OK(trio_sleep(5 * TRIO_SECOND));
    trio_dump_tasks();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    trio_dump_tasks();
    return trio_nursery_close(&nursery, TRIO_OK);
}

TEST_SEEDED(dump, shows_each_task_with_its_wait_and_scopes)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_OK(capture_run(&capture, dump, NULL));
    CHECK(strstr(capture.text, "task 1 \"main\": running") != NULL);
    CHECK(strstr(capture.text, "task 2 \"passenger\"") != NULL);
    CHECK(strstr(capture.text, "waits to catch a bus") != NULL);
    CHECK(strstr(capture.text, "since 5000 ms before now") != NULL);
    CHECK(strstr(capture.text, "fail scope") != NULL);
    CHECK(strstr(capture.text, "deadline in 55000 ms") != NULL);
    CHECK(strstr(capture.text, "nursery") != NULL);
    CHECK(strstr(capture.text, "cancelled on request") != NULL);
    capture_close(&capture);
}

TEST_SEEDED(dump, has_a_backtrace_of_the_parked)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_OK(capture_run(&capture, dump, NULL));
    const char *parked = strstr(capture.text, "waits to catch a bus");
    REQUIRE(parked != NULL);
    CHECK(strstr(parked, "#0 ") != NULL);
    capture_close(&capture);
}

static TRIO_CHECKPOINT trio_status dump_newborn(void *arg)
{
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, NULL));
    trio_dump_tasks();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, TRIO_OK);
}

TEST_SEEDED(dump, shows_a_task_that_has_not_run_yet)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_OK(capture_run(&capture, dump_newborn, NULL));
    CHECK(strstr(capture.text, "task 2 ") != NULL);
    CHECK(strstr(capture.text, ": not run yet") != NULL);
    capture_close(&capture);
}
