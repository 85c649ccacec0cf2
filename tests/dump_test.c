// The task dump: each task with what it waits for, and the scopes round it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

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

static TRIO_CHECKPOINT trio_status dump_below_a_cancelled_limit(void *arg)
{
    struct trio_cancel_scope scope;

    (void)arg;
    trio_move_on_after(&scope, TRIO_MINUTE);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_dump_tasks();
    return trio_cancel_scope_close(&scope, trio_checkpoint());
}

// The first limit is a long one, and goes by the coarse clock.
TEST_PLAIN(dump, tells_the_time_where_nobody_has_asked_for_it)
{
    struct trio_config real = trio_config_platform();
    struct capture capture;
    long long ms = 0;

    capture_open(&capture);
    real.report = capture.config.report;
    capture.config = real;
    CHECK_OK(capture_run(&capture, dump_below_a_cancelled_limit, NULL));
    const char *deadline = strstr(capture.text, "deadline in ");
    REQUIRE(deadline != NULL);
    CHECK_EQ(sscanf(deadline, "deadline in %lld ms", &ms), 1);
    CHECK(ms > 0 && ms <= 61000);
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

static TRIO_CHECKPOINT trio_status dump_badly_named(void *arg)
{
    struct trio_task_options options = {.name = arg};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon_with(&nursery, &options, sleep_forever,
                                          NULL));
    trio_dump_tasks();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, TRIO_OK);
}

TEST_SEEDED(dump, shows_a_name_in_one_line_with_both_quotes)
{
    struct capture capture;
    char name[300] = "two\nlines\033[1m";

    capture_open(&capture);
    CHECK_OK(capture_run(&capture, dump_badly_named, name));
    CHECK(strstr(capture.text, "task 2 \"two?lines?[1m\": ") != NULL);
    capture_close(&capture);

    memset(name, 'n', sizeof(name) - 1);
    capture_open(&capture);
    CHECK_OK(capture_run(&capture, dump_badly_named, name));
    CHECK(strstr(capture.text, "nnn\": not run yet") != NULL);
    capture_close(&capture);
}

// ---- Until when ----

static TRIO_CHECKPOINT trio_status sleep_three_seconds(void *arg)
{
    (void)arg;
    return trio_sleep(3 * TRIO_SECOND);
}

static TRIO_CHECKPOINT trio_status sleep_for_a_moment(void *arg)
{
    (void)arg;
    return trio_sleep(1);
}

static TRIO_CHECKPOINT trio_status sleep_in_shield(void *arg)
{
    struct trio_cancel_scope shield;

    trio_shield_after(&shield, 20 * TRIO_SECOND);
    trio_status rc = sleep_forever(arg);
    return trio_cancel_scope_close(&shield, rc);
}

static TRIO_CHECKPOINT trio_status run_beside_dump(trio_task_fn fn)
{
    struct trio_task_options options = {.name = "sleeper"};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon_with(&nursery, &options, fn, NULL));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_dump_tasks();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, TRIO_OK);
}

static TRIO_CHECKPOINT trio_status dump_sleeper(void *fn)
{
    return run_beside_dump(*(trio_task_fn *)fn);
}

static TRIO_CHECKPOINT trio_status dump_sleeper_with_limit(void *fn)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, 10 * TRIO_SECOND);
    trio_status rc = run_beside_dump(*(trio_task_fn *)fn);
    return trio_cancel_scope_close(&scope, rc);
}

static void check_dump_of(trio_task_fn dumper, trio_task_fn sleeper,
                          const char *expected)
{
    struct capture capture;

    capture_open(&capture);
    trio_status rc = capture_run(&capture, dumper, &sleeper);
    CHECK(rc == TRIO_OK || rc == TRIO_ETIMEDOUT); // Of who sleeps on.
    if (strstr(capture.text, expected) == NULL)
        CHECK_STRING(capture.text, expected);
    capture_close(&capture);
}

TEST_SEEDED(dump, says_when_a_sleeper_wakes_up)
{
    check_dump_of(
        dump_sleeper, sleep_three_seconds,
        "\"sleeper\": waits to wake up in 3000 ms, since 0 ms before now\n");
}

TEST_SEEDED(dump, rounds_up_what_is_to_come)
{
    check_dump_of(dump_sleeper, sleep_for_a_moment,
                  "waits to wake up in 1 ms, ");
}

TEST_SEEDED(dump, says_the_deadline_that_ends_a_wait)
{
    check_dump_of(dump_sleeper_with_limit, sleep_three_seconds,
                  "waits to wake up in 3000 ms, since 0 ms before now, "
                  "deadline in 10000 ms\n");
    check_dump_of(
        dump_sleeper_with_limit, sleep_forever,
        "waits to wake up, since 0 ms before now, deadline in 10000 ms\n");
}

TEST_SEEDED(dump, says_no_deadline_of_beyond_a_shield)
{
    check_dump_of(
        dump_sleeper_with_limit, sleep_in_shield,
        "waits to wake up, since 0 ms before now, deadline in 20000 ms\n");
}

// ---- Who has it ----

static TRIO_CHECKPOINT trio_status acquire_lock(void *lock)
{
    trio_status rc = trio_lock_acquire(lock);
    if (rc == TRIO_OK)
        trio_lock_release(lock);
    return rc;
}

static TRIO_CHECKPOINT trio_status borrow(void *limiter)
{
    struct trio_capacity_token token;

    trio_status rc = trio_capacity_limiter_acquire(limiter, &token);
    if (rc == TRIO_OK)
        trio_capacity_limiter_release(limiter);
    return rc;
}

static TRIO_CHECKPOINT trio_status dump_beside(trio_task_fn fn, void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, fn, arg));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_dump_tasks();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, TRIO_OK);
}

static TRIO_CHECKPOINT trio_status dump_with_lock(void *arg)
{
    struct trio_lock lock = TRIO_LOCK_INIT;

    (void)arg;
    CHECK_OK(trio_lock_acquire(&lock));
    trio_status rc = dump_beside(acquire_lock, &lock);
    trio_lock_release(&lock);
    return rc;
}

static TRIO_CHECKPOINT trio_status wait_notified(void *condition)
{
    CHECK_OK(trio_condition_acquire(condition));
    trio_status rc = trio_condition_wait(condition);
    trio_condition_release(condition);
    return rc;
}

// The main task has the lock while the other waits to be notified.
static TRIO_CHECKPOINT trio_status dump_with_condition(void *arg)
{
    struct trio_condition condition = TRIO_CONDITION_INIT;
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_notified, &condition));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_condition_acquire(&condition));
    trio_dump_tasks();
    trio_condition_notify_all(&condition);
    trio_condition_release(&condition);
    return trio_nursery_close(&nursery, TRIO_OK);
}

static TRIO_CHECKPOINT trio_status dump_with_one_token(void *arg)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(1);
    struct trio_capacity_token token;

    (void)arg;
    CHECK_OK(trio_capacity_limiter_acquire(&limiter, &token));
    trio_status rc = dump_beside(borrow, &limiter);
    trio_capacity_limiter_release(&limiter);
    return rc;
}

// A stand-in's token is nobody's.
static TRIO_CHECKPOINT trio_status dump_with_token_of_another(void *arg)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(1);
    struct trio_capacity_token token;

    (void)arg;
    CHECK_OK(
        trio_capacity_limiter_acquire_on_behalf_of(&limiter, &token, &limiter));
    trio_status rc = dump_beside(borrow, &limiter);
    trio_capacity_limiter_release_on_behalf_of(&limiter, &limiter);
    return rc;
}

static TRIO_CHECKPOINT trio_status dump_with_two_tokens(void *arg)
{
    struct trio_capacity_limiter limiter = TRIO_CAPACITY_LIMITER_INIT(2);
    struct trio_capacity_token token, other;

    CHECK_OK(trio_capacity_limiter_acquire(&limiter, &token));
    CHECK_OK(
        trio_capacity_limiter_acquire_on_behalf_of(&limiter, &other, &limiter));
    trio_status rc = dump_beside(borrow, &limiter);
    trio_capacity_limiter_release(&limiter);
    trio_capacity_limiter_release_on_behalf_of(&limiter, &limiter);
    (void)arg;
    return rc;
}

static bool dump_names_main(trio_task_fn dumper)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_OK(capture_run(&capture, dumper, NULL));
    bool named = strstr(capture.text, ", held by task 1 \"main\"") != NULL;
    capture_close(&capture);
    return named;
}

TEST_SEEDED(dump, says_who_holds_a_lock)
{
    CHECK(dump_names_main(dump_with_lock));
    CHECK(dump_names_main(dump_with_condition));
}

TEST_SEEDED(dump, says_who_has_the_only_token)
{
    CHECK(dump_names_main(dump_with_one_token));
    CHECK(!dump_names_main(dump_with_token_of_another));
    CHECK(!dump_names_main(dump_with_two_tokens));
}
