// What a checkpoint is: a cancel point, a schedule point, or both.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

static const struct trio_wait done_wait = {.verb = "wait for the end"};

static TRIO_CHECKPOINT trio_status checkpoint(void)
{
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status sleep_zero(void)
{
    return trio_sleep(0);
}

static TRIO_CHECKPOINT trio_status sleep_past(void)
{
    return trio_sleep_until(TRIO_PAST);
}

static TRIO_CHECKPOINT trio_status sleep_long(void)
{
    return trio_sleep(TRIO_HOUR);
}

static TRIO_CHECKPOINT trio_status wait_all_blocked(void)
{
    return trio_wait_all_tasks_blocked(0);
}

static trio_status do_nothing(struct trio_nursery *nursery, void *arg)
{
    (void)nursery, (void)arg;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_nursery(void)
{
    return trio_nursery_run(do_nothing, NULL);
}

static trio_status report_start(void *arg)
{
    trio_started(arg);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status start(void)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start(&nursery, report_start, NULL, NULL);
    return trio_nursery_close(&nursery, rc);
}

static trio_status unpark_all(void *lot)
{
    trio_parking_lot_unpark_all(lot);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status park_in_lot(void)
{
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, unpark_all, &lot);
    if (rc == TRIO_OK)
        rc = trio_parking_lot_park(&lot, &done_wait, NULL);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status use_broken_lot(void)
{
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;

    trio_parking_lot_break(&lot);
    return trio_parking_lot_park(&lot, &done_wait, NULL);
}

static TRIO_CHECKPOINT trio_status wait_for_no_handle(void)
{
    return trio_wait_readable(12345);
}

struct operation {
    const char *name;
    trio_status (*call)(void);
    trio_status result;
};

static const struct operation checkpoints[] = {
    {"trio_checkpoint", checkpoint, TRIO_OK},
    {"trio_sleep(0)", sleep_zero, TRIO_OK},
    {"trio_sleep_until(TRIO_PAST)", sleep_past, TRIO_OK},
    {"trio_sleep", sleep_long, TRIO_OK},
    {"trio_wait_all_tasks_blocked", wait_all_blocked, TRIO_OK},
    {"trio_nursery_run", run_nursery, TRIO_OK},
    {"trio_nursery_start", start, TRIO_OK},
    {"trio_parking_lot_park", park_in_lot, TRIO_OK},
    {"a broken lot", use_broken_lot, TRIO_EBROKEN},
    {"trio_wait_readable", wait_for_no_handle, TRIO_EBADHANDLE},
};

// S12
TEST(checkpoint, every_checkpoint_function_is_a_schedule_point)
{
    for (size_t i = 0; i < COUNT(checkpoints); i++) {
        uint64_t before = pass_number();
        trio_status rc = checkpoints[i].call();

        check_status(rc, checkpoints[i].result, checkpoints[i].name, __FILE__,
                     __LINE__);
        check_that(pass_number() > before, checkpoints[i].name, __FILE__,
                   __LINE__);
    }
}

// S12 S16
TEST(checkpoint, every_checkpoint_function_is_a_cancel_point_and_yields)
{
    for (size_t i = 0; i < COUNT(checkpoints); i++) {
        struct trio_cancel_scope scope;

        trio_cancel_scope_open(&scope);
        trio_cancel_scope_cancel(&scope, NULL);
        uint64_t before = pass_number();
        trio_status rc = checkpoints[i].call();
        check_that(pass_number() > before, checkpoints[i].name, __FILE__,
                   __LINE__);
        // An empty nursery's close is no cancel point, so this one may pass.
        if (checkpoints[i].call != run_nursery)
            check_status(rc, TRIO_ECANCELED, checkpoints[i].name, __FILE__,
                         __LINE__);
        CHECK_OK(trio_cancel_scope_close(&scope, rc));
    }
}

// S12 S17
TEST(checkpoint, unmarked_functions_never_park)
{
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    struct trio_poster *poster;
    trio_status rc = TRIO_OK;
    uint64_t here = pass_number();

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, return_status, &rc));
    trio_move_on_after(&scope, TRIO_SECOND);
    trio_cancel_scope_extend_after(&scope, TRIO_MINUTE);
    trio_cancel_scope_set_shield(&scope, true);
    trio_cancel_scope_cancel(&scope, NULL);
    CHECK(trio_cancel_scope_called(&scope));
    CHECK_EQ(trio_parking_lot_unpark_all(&lot), 0);
    trio_parking_lot_break(&lot);
    trio_touch(&lot, TRIO_ACCESS_READ);
    CHECK_OK(trio_poster_open(&poster));
    trio_poster_close(poster);
    trio_notify_closing(12345);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    trio_ignore(trio_fail(-1001, "on purpose"));
    trio_error_clear();
    CHECK_EQ(pass_number(), here);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// S12 S13
TEST(checkpoint, a_parking_function_is_a_schedule_point_and_no_cancel_point)
{
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    uint64_t before = pass_number();
    trio_cancel_shielded_checkpoint();
    CHECK(pass_number() > before);
    before = pass_number();
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(pass_number() > before);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    CHECK(!trio_cancel_scope_caught(&scope));
}

// S13
TEST(checkpoint, if_cancelled_yields_only_when_cancelled)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    uint64_t before = pass_number();
    CHECK_OK(trio_checkpoint_if_cancelled());
    CHECK_EQ(pass_number(), before);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_checkpoint_if_cancelled();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK(pass_number() > before);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// ---- S14: what was done is not cancelled ----

static trio_status set_true(void *arg)
{
    *(bool *)arg = true;
    trio_started(NULL);
    return TRIO_OK;
}

// S14
TEST(checkpoint, cancelled_on_entry_a_start_does_nothing)
{
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    bool ran = false;

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_nursery_start(&nursery, set_true, &ran, NULL);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(!ran);
}

// S14
TEST(checkpoint, cancelled_on_entry_a_park_leaves_the_lot_as_it_was)
{
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_parking_lot_park(&lot, &test_wait, NULL);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_EQ(trio_parking_lot_count(&lot), 0);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

struct late_cancel {
    struct trio_cancel_scope *scope;
    bool done;
};

static trio_status cancel_scope_of(void *arg)
{
    struct late_cancel *late = arg;

    trio_cancel_scope_cancel(late->scope, NULL);
    late->done = true;
    return TRIO_OK;
}

// S14
TEST(checkpoint, work_that_was_done_is_not_reported_as_cancelled)
{
    struct trio_cancel_scope scope;
    struct late_cancel late = {&scope, false};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_nursery_start_soon(&nursery, cancel_scope_of, &late));
    // The yield at the end of an operation that has succeeded.
    while (!late.done)
        trio_cancel_shielded_checkpoint();
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- S15: wake and cancel in one step ----

struct parked {
    struct trio_parking_lot lot;
    trio_status park;
    trio_status next;
};

static TRIO_CHECKPOINT trio_status park_then_checkpoint(void *arg)
{
    struct parked *parked = arg;

    parked->park = trio_parking_lot_park(&parked->lot, &test_wait, parked);
    parked->next = trio_checkpoint();
    return parked->next;
}

// S15
TEST(checkpoint, woken_then_cancelled_the_wake_wins)
{
    struct parked parked = {.park = TRIO_EINVAL, .next = TRIO_EINVAL};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park_then_checkpoint, &parked));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK(trio_parking_lot_unpark_one(&parked.lot));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(parked.park, TRIO_OK);
    CHECK_STATUS(parked.next, TRIO_ECANCELED);
}

// S15
TEST(checkpoint, cancelled_then_woken_the_wake_finds_nobody)
{
    struct parked parked = {.park = TRIO_EINVAL, .next = TRIO_EINVAL};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, park_then_checkpoint, &parked));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK(!trio_parking_lot_unpark_one(&parked.lot));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(parked.park, TRIO_ECANCELED);
}

// ---- S16: a task that ignores its cancellation ----

struct ignorer {
    int ignored; // How many cancellations the task let go by.
    int reports; // How often the observer was told.
    int64_t last;
};

static bool count_ignored(void *context, const struct trio_note *note)
{
    struct ignorer *ignorer = context;

    if (note->kind == TRIO_NOTE_CANCEL_IGNORED) {
        ignorer->reports++;
        ignorer->last = note->first;
    }
    return true;
}

// Runs a task of which 20 cancellations in a row are reported.
static void run_ignorer(struct ignorer *ignorer, trio_task_fn task)
{
    struct capture capture;

    capture_open(&capture);
    capture.config.ignored_cancels_max = 20;
    capture.config.observer =
        (struct trio_observer){.context = ignorer, .note = count_ignored};
    CHECK_OK(capture_run(&capture, task, ignorer));
    capture_close(&capture);
}

static TRIO_CHECKPOINT trio_status ignore_cancellation(void *arg)
{
    struct ignorer *ignorer = arg;
    struct trio_cancel_scope scope;
    struct worker other = {.delay = TRIO_SECOND};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &other));
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    for (int i = 0; i < ignorer->ignored; i++)
        CHECK_STATUS(trio_sleep(1), TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_ECANCELED));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(other.slept);
    return TRIO_OK;
}

// S16
TEST_SEEDED(checkpoint, a_task_that_ignores_its_cancellation_is_reported)
{
    struct ignorer ignorer = {.ignored = 25};

    run_ignorer(&ignorer, ignore_cancellation);
    CHECK(ignorer.reports >= 1);
    CHECK(ignorer.last >= 20);
}

// S16
TEST_SEEDED(checkpoint, a_task_that_looks_in_time_is_not_reported)
{
    struct ignorer ignorer = {.ignored = 19};

    run_ignorer(&ignorer, ignore_cancellation);
    CHECK_EQ(ignorer.reports, 0);
}

static TRIO_CHECKPOINT trio_status ignore_behind_scopes(void *arg)
{
    struct ignorer *ignorer = arg;
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_cancel(&outer, NULL);
    for (int i = 0; i < ignorer->ignored; i++) {
        trio_fail_after(&inner, TRIO_SECOND);
        trio_status rc = trio_sleep(1);
        CHECK_STATUS(trio_cancel_scope_close(&inner, rc), TRIO_ECANCELED);
    }
    return trio_cancel_scope_close(&outer, TRIO_OK);
}

// S16
TEST_SEEDED(checkpoint, scopes_that_do_not_absorb_do_not_hide_that_it_ignores)
{
    struct ignorer ignorer = {.ignored = 25};

    run_ignorer(&ignorer, ignore_behind_scopes);
    CHECK_EQ(ignorer.reports, 1);
}

static TRIO_CHECKPOINT trio_status ignore_twice(void *arg)
{
    CHECK_OK(ignore_cancellation(arg));
    return ignore_cancellation(arg);
}

// S16
TEST_SEEDED(checkpoint, cancellations_of_different_scopes_are_not_in_a_row)
{
    struct ignorer ignorer = {.ignored = 15};

    run_ignorer(&ignorer, ignore_twice);
    CHECK_EQ(ignorer.reports, 0);
}

struct counter {
    int turns;
    bool stop;
};

static TRIO_CHECKPOINT trio_status count_turns(void *arg)
{
    struct counter *counter = arg;

    while (!counter->stop) {
        counter->turns++;
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_OK;
}

// S16
TEST(checkpoint, a_loop_over_cancelled_sleeps_does_not_freeze_the_run)
{
    struct counter counter = {0, false};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, count_turns, &counter));
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    for (int i = 0; i < 100; i++)
        trio_ignore(trio_sleep(1));
    CHECK(counter.turns >= 98);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_ECANCELED));
    counter.stop = true;
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

// ---- S13: what comes during its turn ----

static TRIO_CHECKPOINT trio_status cancel_scope(void *arg)
{
    trio_cancel_scope_cancel(arg, NULL);
    return TRIO_OK;
}

// First in, first out, the canceller takes its turn before the checkpoint is
// over.
static TRIO_CHECKPOINT trio_status turn_that_cancels(void *arg)
{
    trio_status (*const *checkpoint_fn)(void) = arg;
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_nursery_start_soon(&nursery, cancel_scope, &scope));
    trio_status rc = (*checkpoint_fn)();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_cancel_scope_caught(&scope));
    return trio_nursery_close(&nursery, TRIO_OK);
}

// S13
TEST_PLAIN(checkpoint, tells_of_a_cancellation_that_came_during_its_turn)
{
    trio_status (*functions[])(void) = {checkpoint, sleep_zero, sleep_past};

    for (size_t i = 0; i < COUNT(functions); i++)
        CHECK_OK(trio_test(turn_that_cancels, &functions[i]));
}

// S14: who has done its work is told at the next one.
TEST(checkpoint, a_shielded_one_tells_at_the_next)
{
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    CHECK_OK(trio_nursery_start_soon(&nursery, cancel_scope, &scope));
    trio_cancel_shielded_checkpoint();
    trio_cancel_shielded_checkpoint();
    trio_status rc = trio_checkpoint_if_cancelled();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    rc = trio_cancel_scope_close(&scope, rc);
    CHECK_OK(trio_nursery_close(&nursery, rc));
}

static TRIO_CHECKPOINT trio_status let_time_pass(void *arg)
{
    trio_mock_clock_jump(arg, TRIO_SECOND);
    return trio_checkpoint();
}

static TRIO_CHECKPOINT trio_status yield_under_a_limit(void *arg)
{
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_fail_after(&scope, TRIO_MS);
    CHECK_OK(trio_nursery_start_soon(&nursery, let_time_pass, arg));
    trio_status rc = trio_checkpoint();
    CHECK_OK(rc);
    rc = trio_checkpoint(); // The loop looks at the time during this one.
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_STATUS(trio_cancel_scope_close(&scope, rc), TRIO_ETIMEDOUT);
    return trio_nursery_close(&nursery, TRIO_OK);
}

// S13
TEST_PLAIN(checkpoint, tells_of_a_deadline_that_passed_while_others_ran)
{
    struct trio_mock_clock clock = TRIO_MOCK_CLOCK_INIT;

    CHECK_OK(trio_test_manual(&clock, yield_under_a_limit, &clock));
}

// What it ignores in a shield, and what it ignores round that.
static TRIO_CHECKPOINT trio_status ignore_in_and_round_a_shield(void *arg)
{
    struct ignorer *ignorer = arg;
    struct trio_cancel_scope outer, shield;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_cancel(&outer, NULL);
    trio_shield_after(&shield, TRIO_MINUTE);
    trio_cancel_scope_cancel(&shield, NULL);
    for (int i = 0; i < ignorer->ignored; i++)
        CHECK_STATUS(trio_sleep(1), TRIO_ECANCELED);
    CHECK_STATUS(trio_cancel_scope_close(&shield, TRIO_ECANCELED),
                 TRIO_EABANDONED);
    for (int i = 0; i < ignorer->ignored; i++)
        CHECK_STATUS(trio_sleep(1), TRIO_ECANCELED);
    return trio_cancel_scope_close(&outer, TRIO_OK);
}

// S16: nor where the outer one is visible as soon as the inner one is absorbed.
TEST_SEEDED(checkpoint, cancellations_in_and_round_a_shield_are_not_in_a_row)
{
    struct ignorer ignorer = {.ignored = 15};

    run_ignorer(&ignorer, ignore_in_and_round_a_shield);
    CHECK_EQ(ignorer.reports, 0);
}
