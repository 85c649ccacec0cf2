// Deadlock: nothing can ever wake the run again, and it says so.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

struct stuck {
    struct trio_cancel_reason reason;
    trio_status rc;
    bool absorbed;
};

static TRIO_CHECKPOINT trio_status wait_for_nothing(void *arg)
{
    struct stuck *stuck = arg;

    stuck->rc = trio_sleep_forever();
    stuck->reason = trio_current_cancel_reason();
    return stuck->rc;
}

// S10
TEST_SEEDED(deadlock, cancels_the_root_and_is_the_runs_status)
{
    struct capture capture;
    struct stuck stuck = {.rc = TRIO_OK};

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, wait_for_nothing, &stuck),
                 TRIO_EDEADLOCK);
    CHECK_STATUS(stuck.rc, TRIO_ECANCELED);
    CHECK_EQ(stuck.reason.source, TRIO_CANCEL_DEADLOCK);
    capture_close(&capture);
}

static TRIO_CHECKPOINT trio_status get_stuck_in_shield(void *arg)
{
    struct stuck *stuck = arg;
    struct trio_cancel_scope shield;

    trio_shield_after(&shield, TRIO_FOREVER);
    trio_status rc = wait_for_nothing(stuck);
    rc = trio_cancel_scope_close(&shield, rc);
    stuck->absorbed = rc != TRIO_ECANCELED;
    return rc;
}

// S10
TEST_SEEDED(deadlock, passes_through_shields)
{
    struct capture capture;
    struct stuck stuck = {.rc = TRIO_OK};

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, get_stuck_in_shield, &stuck),
                 TRIO_EDEADLOCK);
    CHECK_STATUS(stuck.rc, TRIO_ECANCELED);
    CHECK(!stuck.absorbed);
    capture_close(&capture);
}

static TRIO_CHECKPOINT trio_status get_stuck_when_cancelled(void *arg)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = get_stuck_in_shield(arg);
    return trio_cancel_scope_close(&scope, rc);
}

// S10
TEST_SEEDED(deadlock, passes_also_through_shields_against_a_cancellation)
{
    struct capture capture;
    struct stuck stuck = {.rc = TRIO_OK};

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, get_stuck_when_cancelled, &stuck),
                 TRIO_EDEADLOCK);
    CHECK_STATUS(stuck.rc, TRIO_ECANCELED);
    capture_close(&capture);
}

static TRIO_CHECKPOINT trio_status absorb_if_possible(void *arg)
{
    struct stuck *stuck = arg;
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_status rc = wait_for_nothing(stuck);
    trio_cancel_scope_cancel(&scope, NULL);
    rc = trio_cancel_scope_close(&scope, rc);
    stuck->absorbed = rc != TRIO_ECANCELED;
    return rc;
}

// S10
TEST_SEEDED(deadlock, is_an_enclosing_cancellation_to_every_scope)
{
    struct capture capture;
    struct stuck stuck = {.rc = TRIO_OK};

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, absorb_if_possible, &stuck),
                 TRIO_EDEADLOCK);
    CHECK(!stuck.absorbed);
    capture_close(&capture);
}

static TRIO_CHECKPOINT trio_status swallow(void *arg)
{
    trio_ignore(wait_for_nothing(arg));
    return TRIO_OK;
}

// S10
TEST_SEEDED(deadlock, is_the_runs_status_whatever_main_came_to)
{
    struct capture capture;
    struct stuck stuck = {.rc = TRIO_OK};

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, swallow, &stuck), TRIO_EDEADLOCK);
    capture_close(&capture);
}

static TRIO_CHECKPOINT trio_status wait_in_tasks(void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, wait_for_nothing, arg));
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, NULL));
    return trio_nursery_close(&nursery, TRIO_OK);
}

// S10
TEST_SEEDED(deadlock, is_reported_with_the_tree_of_tasks)
{
    struct capture capture;
    struct stuck stuck = {.rc = TRIO_OK};

    capture_open(&capture);
    capture.config.ret_error = NULL; // Nobody takes the error: it is printed.
    CHECK_STATUS(capture_run(&capture, wait_in_tasks, &stuck), TRIO_EDEADLOCK);
    CHECK(strstr(capture.text, "deadlock") != NULL);
    CHECK(strstr(capture.text, "task 1") != NULL);
    CHECK(strstr(capture.text, "task 2") != NULL);
    CHECK(strstr(capture.text, "task 3") != NULL);
    capture_close(&capture);
}

// ---- A cycle of owners ----

struct mutex {
    struct trio_parking_lot lot;
    struct trio_task *owner;
};

static struct trio_task *owner_of(const void *object)
{
    return ((const struct mutex *)object)->owner;
}

static const struct trio_wait lock_wait = {
    .verb = "lock", .access = TRIO_ACCESS_ACQUIRE, .owner = owner_of};

struct philosopher {
    struct mutex *left;
    struct mutex *right;
};

static TRIO_CHECKPOINT trio_status dine(void *arg)
{
    struct philosopher *philosopher = arg;
    struct mutex *right = philosopher->right;

    philosopher->left->owner = trio_task_current();
    trio_status rc = trio_checkpoint(); // Let the others take theirs.
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    if (rc == TRIO_OK)
        rc = trio_parking_lot_park(&right->lot, &lock_wait, right);
    return rc;
}

static TRIO_CHECKPOINT trio_status dine_together(void *arg)
{
    static const char *const names[] = {"ada", "grace", "edsger"};
    struct mutex forks[3] = {{TRIO_PARKING_LOT_INIT, NULL}};
    struct philosopher philosophers[3];
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    for (int i = 0; i < 3; i++) {
        struct trio_task_options options = {.name = names[i]};

        philosophers[i] = (struct philosopher){&forks[i], &forks[(i + 1) % 3]};
        CHECK_OK(trio_nursery_start_soon_with(&nursery, &options, dine,
                                              &philosophers[i]));
    }
    return trio_nursery_close(&nursery, TRIO_OK);
}

static int count_text(const char *text, const char *part)
{
    int count = 0;

    while ((text = strstr(text, part)) != NULL) {
        count++;
        text++;
    }
    return count;
}

// S10
TEST_SEEDED(deadlock, names_the_cycle)
{
    struct capture capture;

    capture_open(&capture);
    capture.config.ret_error = NULL;
    CHECK_STATUS(capture_run(&capture, dine_together, NULL), TRIO_EDEADLOCK);
    // Each of the three waits for a lock that the next one holds: so say the
    // cycle and the tree.
    CHECK_EQ(count_text(capture.text, ", held by task 3 \"grace\""), 2);
    CHECK_EQ(count_text(capture.text, ", held by task 4 \"edsger\""), 2);
    CHECK_EQ(count_text(capture.text, ", held by task 2 \"ada\""), 2);
    capture_close(&capture);
}

// S10
TEST_SEEDED(deadlock, the_error_tells_the_cycle)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, dine_together, NULL), TRIO_EDEADLOCK);
    REQUIRE(capture.error != NULL);
    CHECK(trio_error_contains(capture.error, TRIO_EDEADLOCK));
    const char *text = trio_error_cause(capture.error)->text;
    CHECK(strstr(text, "task 2") != NULL);
    CHECK(strstr(text, "task 3") != NULL);
    CHECK(strstr(text, "task 4") != NULL);
    CHECK_EQ(count_text(text, " -> "), 3);
    capture_close(&capture);
}

// ---- A frozen clock ----

static TRIO_CHECKPOINT trio_status sleep_an_hour(void *arg)
{
    *(trio_status *)arg = trio_sleep(TRIO_HOUR);
    return *(trio_status *)arg;
}

// S10 S42
TEST_SEEDED(deadlock, sleepers_on_a_frozen_clock_are_one)
{
    struct capture capture;
    trio_status slept = TRIO_OK;

    capture_open(&capture);
    capture.simulation.clock.autojump = false;
    CHECK_STATUS(capture_run(&capture, sleep_an_hour, &slept), TRIO_EDEADLOCK);
    CHECK_STATUS(slept, TRIO_ECANCELED);
    capture_close(&capture);
}

// S10
TEST(deadlock, a_deadline_on_a_moving_clock_is_none)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, 1000 * TRIO_HOUR);
    trio_status rc = trio_sleep_forever();
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

static TRIO_CHECKPOINT trio_status unwind_slowly(void *arg)
{
    trio_duration cleanup = TRIO_MINUTE;

    trio_ignore(trio_sleep_forever());
    trio_status rc = sleep_shielded(&cleanup);
    *(trio_status *)arg = rc;
    return TRIO_OK;
}

// S10
TEST_SEEDED(deadlock, cleaning_up_cannot_wait_any_more)
{
    struct capture capture;
    trio_status cleanup = TRIO_OK;

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, unwind_slowly, &cleanup),
                 TRIO_EDEADLOCK);
    CHECK_STATUS(cleanup, TRIO_ECANCELED);
    capture_close(&capture);
}

// ---- What comes from other threads ----

// A task that waits for an entry, which is posted, as if by another thread, at
// the moment at which the loop looks for a reason to wait.
struct late_post {
    struct trio_entry entry;
    struct trio_io io;
    const struct trio_io *base;
    struct trio_poster *poster;
    struct trio_task *task;
    int looks;
    int post_at;
};

static struct late_post late;

static void wake_late(struct trio_entry *entry)
{
    (void)entry;
    trio_wake(late.task, TRIO_OK);
}

static bool post_and_look(void *context)
{
    if (++late.looks == late.post_at) {
        CHECK_OK(trio_poster_post(late.poster, &late.entry));
        trio_poster_close(late.poster);
    }
    return late.base->can_wake(context);
}

static TRIO_CHECKPOINT trio_status wait_for_late_post(void *arg)
{
    (void)arg;
    late.task = trio_task_current();
    trio_status rc = trio_poster_open(&late.poster);
    return rc == TRIO_OK ? trio_park(&test_wait, NULL, NULL, NULL) : rc;
}

// S10 S49
TEST_PLAIN(deadlock, an_entry_that_was_posted_before_its_poster_closed_is_none)
{
    for (int i = 1; i <= 2; i++) {
        struct trio_simulation simulation;
        struct trio_config base = trio_config_platform();
        struct trio_config config =
            trio_config_simulated(&simulation, &base, 0);

        late = (struct late_post){.entry = TRIO_ENTRY_INIT(wake_late),
                                  .io = *config.world.io,
                                  .base = config.world.io,
                                  .post_at = i};
        late.io.can_wake = post_and_look;
        config.world.io = &late.io;
        CHECK_OK(trio_run_with(&config, wait_for_late_post, NULL));
        CHECK(late.looks >= i);
    }
}

struct last_task {
    struct trio_entry entry;
    struct trio_poster *poster;
    struct stuck stuck;
};

static void start_last_task(struct trio_entry *entry)
{
    struct last_task *last = (struct last_task *)entry;

    CHECK_OK(trio_system_task_start(NULL, get_stuck_in_shield, &last->stuck));
}

static trio_status leave_a_last_task(void *arg)
{
    struct last_task *last = arg;
    trio_status rc = trio_poster_open(&last->poster);

    return rc == TRIO_OK ? trio_poster_post(last->poster, &last->entry) : rc;
}

// S9 S10
TEST_SEEDED(deadlock, a_poster_of_a_queue_that_is_over_wakes_nobody)
{
    struct capture capture;
    struct last_task last = {.entry = TRIO_ENTRY_INIT(start_last_task)};

    capture_open(&capture);
    CHECK_STATUS(capture_run(&capture, leave_a_last_task, &last),
                 TRIO_EDEADLOCK);
    CHECK_STATUS(last.stuck.rc, TRIO_ECANCELED);
    capture_close(&capture);
    trio_poster_close(last.poster);
}
