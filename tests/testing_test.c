// The test kit itself: settling, fresh worlds, seeds.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/testing.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/check_death.h"
#include "tests/tasks.h"

static TRIO_CHECKPOINT trio_status yield_often(void *arg)
{
    int *left = arg;

    while (*left > 0) {
        *left -= 1;
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
    return trio_sleep_forever();
}

// S43
TEST(testing, settling_waits_until_all_others_are_parked)
{
    struct trio_nursery nursery;
    int left = 100;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, yield_often, &left));
    trio_time begun = trio_now();
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(left, 0);
    CHECK_EQ(trio_now(), begun);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S43
TEST(testing, at_a_tie_settling_comes_before_the_jump)
{
    struct worker worker = {.delay = 1};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &worker));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(worker.ended, 0); // Asleep, and the clock has not jumped.
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));

    worker = (struct worker){.delay = TRIO_SECOND};
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &worker));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_time begun = trio_now();
    CHECK_OK(trio_wait_all_tasks_blocked(TRIO_SECOND));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    if (check_is_fifo()) // They are in one pass, which a shuffle may exchange.
        CHECK_EQ(worker.ended, 0);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S43
TEST(testing, the_cushion_counts_on_the_runs_clock)
{
    trio_time begun = trio_now();

    CHECK_OK(trio_wait_all_tasks_blocked(TRIO_MINUTE));
    CHECK_EQ(trio_now(), begun + TRIO_MINUTE);
}

static TRIO_CHECKPOINT trio_status wake_up_often(void *arg)
{
    int *left = arg;

    while (*left > 0) {
        *left -= 1;
        trio_status rc = trio_sleep(TRIO_SECOND);
        if (rc != TRIO_OK)
            return rc;
    }
    return trio_sleep_forever();
}

// S43
TEST(testing, the_cushion_starts_anew_when_somebody_ran)
{
    struct trio_nursery nursery;
    int left = 10;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wake_up_often, &left));
    trio_time begun = trio_now();
    CHECK_OK(trio_wait_all_tasks_blocked(5 * TRIO_SECOND));
    CHECK_EQ(left, 0);
    CHECK_EQ(trio_now(), begun + 15 * TRIO_SECOND);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

struct settler {
    trio_duration cushion;
    struct log *log;
    char name;
};

static TRIO_CHECKPOINT trio_status settle(void *arg)
{
    struct settler *settler = arg;
    trio_status rc = trio_wait_all_tasks_blocked(settler->cushion);

    log_add(settler->log, settler->name);
    return rc;
}

// S43
TEST(testing, the_smallest_cushion_is_served_first)
{
    struct log log = {0};
    struct settler settlers[] = {{3 * TRIO_SECOND, &log, 'c'},
                                 {TRIO_SECOND, &log, 'a'},
                                 {2 * TRIO_SECOND, &log, 'b'}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(settlers); i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, settle, &settlers[i]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "abc");
}

// S43
TEST(testing, settling_tasks_count_as_parked_themselves)
{
    struct log log = {0};
    struct settler settlers[] = {{0, &log, 'a'}, {0, &log, 'a'}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(settlers); i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, settle, &settlers[i]));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "aa");
}

TEST(testing, settling_can_be_cancelled)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = trio_wait_all_tasks_blocked(TRIO_HOUR);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
}

// S43
TEST_REAL(testing, a_cushion_without_an_end_is_never_over)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_MS);
    trio_status rc = trio_wait_all_tasks_blocked(TRIO_FOREVER);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

static TRIO_CHECKPOINT trio_status settle_frozen(void *arg)
{
    (void)arg;
    return trio_wait_all_tasks_blocked(TRIO_HOUR);
}

// S43
TEST_SEEDED(testing, on_a_frozen_clock_a_cushion_is_over_at_once)
{
    struct capture capture;

    capture_open(&capture);
    capture.simulation.clock.autojump = false;
    CHECK_OK(capture_run(&capture, settle_frozen, NULL));
    capture_close(&capture);
}

// ---- Assertions on checkpoints ----

static TRIO_CHECKPOINT trio_status checkpoint(void *arg)
{
    int *count = arg;

    trio_status rc = trio_checkpoint();
    *count += rc == TRIO_OK;
    return rc;
}

static TRIO_CHECKPOINT trio_status fail_late(void *arg)
{
    trio_status rc = checkpoint(arg);
    return rc == TRIO_OK ? TRIO_EBUSY : rc;
}

static TRIO_CHECKPOINT trio_status check_only(void *arg)
{
    (void)arg;
    return trio_checkpoint_if_cancelled();
}

static TRIO_CHECKPOINT trio_status park_only(void *arg)
{
    (void)arg;
    trio_cancel_shielded_checkpoint();
    return TRIO_OK;
}

static trio_status count_up(void *arg)
{
    int *count = arg;

    ++*count;
    return TRIO_EEND;
}

// S63
TEST(testing, what_is_asserted_to_be_a_checkpoint_happens_once)
{
    int count = 0;

    CHECK_OK(trio_assert_checkpoints(checkpoint, &count));
    CHECK_EQ(count, 1);
    CHECK_STATUS(trio_assert_checkpoints(fail_late, &count), TRIO_EBUSY);
}

// S63
TEST(testing, asserting_a_checkpoint_can_be_cancelled)
{
    struct trio_cancel_scope scope;
    int count = 0;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_assert_checkpoints(checkpoint, &count);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(count, 0);
}

// S63
TEST(testing, what_is_asserted_to_be_no_checkpoint_is_called_once)
{
    int count = 0;

    CHECK_STATUS(trio_assert_no_checkpoints(count_up, &count), TRIO_EEND);
    CHECK_EQ(count, 1);
    CHECK_OK(trio_checkpoint()); // Nothing is left of the cancellation.
}

static TRIO_CHECKPOINT trio_status assert_it_checkpoints(void *arg)
{
    int count = 0;

    return trio_assert_checkpoints(*(trio_task_fn *)arg, &count);
}

static TRIO_CHECKPOINT trio_status assert_it_does_not(void *arg)
{
    int count = 0;

    return trio_assert_no_checkpoints(*(trio_task_fn *)arg, &count);
}

static void assert_of_nothing(void)
{
    trio_task_fn fn = count_up;
    trio_ignore(trio_test(assert_it_checkpoints, &fn));
}

static void assert_of_a_check_only(void)
{
    trio_task_fn fn = check_only;
    trio_ignore(trio_test(assert_it_checkpoints, &fn));
}

static void assert_of_a_park_only(void)
{
    trio_task_fn fn = park_only;
    trio_ignore(trio_test(assert_it_checkpoints, &fn));
}

static void assert_none_of_a_check(void)
{
    trio_task_fn fn = check_only;
    trio_ignore(trio_test(assert_it_does_not, &fn));
}

static void assert_none_of_a_park(void)
{
    trio_task_fn fn = park_only;
    trio_ignore(trio_test(assert_it_does_not, &fn));
}

// S63
TEST_PLAIN(testing, half_a_checkpoint_is_none)
{
    CHECK_DIES(assert_of_nothing, "did not return TRIO_ECANCELED");
    CHECK_DIES(assert_of_a_park_only, "did not return TRIO_ECANCELED");
    CHECK_DIES(assert_of_a_check_only, "did not let other tasks run");
}

// S63
TEST_PLAIN(testing, half_a_checkpoint_is_not_none)
{
    CHECK_DIES(assert_none_of_a_check, "asserted no checkpoint");
    CHECK_DIES(assert_none_of_a_park, "asserted no checkpoint");
}

// ---- trio_test ----

static trio_status draw_numbers(void *arg)
{
    uint64_t *numbers = arg;

    for (int i = 0; i < 4; i++)
        numbers[i] = trio_random_u64();
    return TRIO_OK;
}

TEST_PLAIN(testing, random_numbers_depend_on_the_seed_alone)
{
    uint64_t first[4], second[4], other[4];

    CHECK_OK(trio_test_seeded(5, draw_numbers, first));
    CHECK_OK(trio_test_seeded(5, draw_numbers, second));
    CHECK_OK(trio_test_seeded(6, draw_numbers, other));
    CHECK(memcmp(first, second, sizeof(first)) == 0);
    CHECK(memcmp(first, other, sizeof(first)) != 0);
    CHECK(first[0] != first[1]);
}

TEST(testing, random_below_stays_below)
{
    uint64_t seen = 0;

    CHECK_EQ(trio_random_below(0), 0);
    CHECK_EQ(trio_random_below(1), 0);
    for (int i = 0; i < 1000; i++) {
        uint64_t drawn = trio_random_below(10);
        CHECK(drawn < 10);
        seen |= UINT64_C(1) << drawn;
    }
    CHECK_EQ(seen, 0x3ff);
}

TEST_PLAIN(testing, a_test_returns_the_status_of_its_body)
{
    trio_status ok = TRIO_OK;

    CHECK_OK(trio_test(return_status, &ok));
}

static TRIO_CHECKPOINT trio_status use_the_world(void *arg)
{
    (void)arg;
    CHECK_STATUS(trio_wait_readable(0), TRIO_EBADHANDLE);
    CHECK_STATUS(trio_wait_writable(1), TRIO_EBADHANDLE);
    trio_notify_closing(0);
    trio_error_clear();
    CHECK_STRING(trio_run_statistics().world, "simulated");
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    return TRIO_OK;
}

TEST_PLAIN(testing, the_simulated_world_has_nothing_real_in_it)
{
    CHECK_OK(trio_test(use_the_world, NULL));
}

static TRIO_CHECKPOINT trio_status move_the_clock(void *arg)
{
    trio_mock_clock_jump(arg, TRIO_SECOND);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status sleep_by_hand(void *arg)
{
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    CHECK_EQ(begun, 0);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, move_the_clock, arg));
    CHECK_OK(trio_sleep(TRIO_SECOND));
    CHECK_EQ(trio_now(), TRIO_SECOND);
    return trio_nursery_close(&nursery, TRIO_OK);
}

// S42
TEST_PLAIN(testing, under_manual_time_the_clock_starts_at_0_and_waits)
{
    struct trio_mock_clock clock = TRIO_MOCK_CLOCK_INIT;

    CHECK_OK(trio_test_manual(&clock, sleep_by_hand, &clock));
    CHECK_EQ(clock.now, TRIO_SECOND);
}

static TRIO_CHECKPOINT trio_status sleep_in_vain(void *arg)
{
    (void)arg;
    return trio_sleep(TRIO_SECOND);
}

// S10
TEST_PLAIN(testing, under_manual_time_waiting_for_nobody_is_a_deadlock)
{
    struct trio_mock_clock clock = TRIO_MOCK_CLOCK_INIT;

    CHECK_STATUS(trio_test_manual(&clock, sleep_in_vain, NULL), TRIO_EDEADLOCK);
}
