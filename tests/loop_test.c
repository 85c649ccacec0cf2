// What the loop promises: passes, turns, ties, what comes first.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

// ---- S1: turns ----

struct waiter {
    struct trio_parking_lot *lot;
    uint64_t woken_in;
};

static TRIO_CHECKPOINT trio_status wait_in_lot(void *arg)
{
    struct waiter *waiter = arg;
    trio_status rc = trio_parking_lot_park(waiter->lot, &test_wait, NULL);

    waiter->woken_in = pass_number();
    return rc;
}

// S1
TEST(loop, what_becomes_runnable_in_a_pass_runs_in_the_next)
{
    struct trio_parking_lot lot = TRIO_PARKING_LOT_INIT;
    struct waiter waiters[5];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(waiters); i++) {
        waiters[i] = (struct waiter){&lot, 0};
        CHECK_OK(trio_nursery_start_soon(&nursery, wait_in_lot, &waiters[i]));
    }
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    uint64_t here = pass_number();
    CHECK_EQ(trio_parking_lot_unpark_all(&lot), COUNT(waiters));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (size_t i = 0; i < COUNT(waiters); i++)
        CHECK_EQ(waiters[i].woken_in, here + 1);
}

enum { RUNNERS = 4, TURNS = 50 };

struct race {
    int turns[RUNNERS];
};

struct runner {
    struct race *race;
    int number;
};

// Between any two turns of one runner each other one has had one.
static TRIO_CHECKPOINT trio_status run_race(void *arg)
{
    struct runner *runner = arg;
    int *turns = runner->race->turns;

    for (int i = 0; i < TURNS; i++) {
        turns[runner->number]++;
        for (int other = 0; other < RUNNERS; other++) {
            int ahead = turns[runner->number] - turns[other];
            CHECK(ahead <= 1);
        }
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_OK;
}

// S1
TEST(loop, nobody_takes_two_steps_more_than_another)
{
    struct race race = {{0}};
    struct runner runners[RUNNERS];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < RUNNERS; i++) {
        runners[i] = (struct runner){&race, i};
        CHECK_OK(trio_nursery_start_soon(&nursery, run_race, &runners[i]));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(race.turns[0], TURNS);
}

// S1
TEST(loop, a_task_that_always_yields_does_not_starve_timers)
{
    struct worker sleeper = {.delay = 10 * TRIO_MS};
    struct trio_nursery nursery;
    int turns = 0;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &sleeper));
    while (sleeper.ended == 0 && turns < 1000) {
        trio_mock_clock_jump(check_clock(), TRIO_MS);
        CHECK_OK(trio_checkpoint());
        turns++;
    }
    CHECK(turns >= 10);
    // The clock is read at the latest after 64 switches.
    CHECK(turns <= 10 + 64 + 2);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

struct flag_entry {
    struct trio_entry entry;
    bool called;
};

static void set_flag(struct trio_entry *entry)
{
    ((struct flag_entry *)entry)->called = true;
}

// S1
TEST(loop, a_task_that_always_yields_does_not_starve_entries)
{
    struct flag_entry flag = {TRIO_ENTRY_INIT(set_flag), false};
    struct trio_poster *poster;
    int turns = 0;

    REQUIRE(trio_poster_open(&poster) == TRIO_OK);
    CHECK_OK(trio_poster_post(poster, &flag.entry));
    while (!flag.called && turns < 1000) {
        CHECK_OK(trio_checkpoint());
        turns++;
    }
    CHECK(turns <= 3);
    trio_poster_close(poster);
}

// ---- S2: starting ----

static trio_status note_pass(void *arg)
{
    *(uint64_t *)arg = pass_number();
    return TRIO_OK;
}

// S2
TEST(loop, a_new_task_runs_in_a_later_pass)
{
    uint64_t first_step = 0;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    uint64_t here = pass_number();
    CHECK_OK(trio_nursery_start_soon(&nursery, note_pass, &first_step));
    CHECK_EQ(first_step, 0);
    CHECK_EQ(pass_number(), here);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(first_step, here + 1);
}

// ---- S3: order ----

static TRIO_CHECKPOINT trio_status write_names(void *arg)
{
    struct worker *worker = arg;

    for (int i = 0; i < 3; i++) {
        log_add(worker->log, worker->name);
        trio_status rc = trio_checkpoint();
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_OK;
}

// Writes three letters for each of five tasks into the log `arg`.
static TRIO_CHECKPOINT trio_status run_writers(void *arg)
{
    struct worker workers[5];
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(workers) && rc == TRIO_OK; i++) {
        workers[i] = (struct worker){.log = arg, .name = (char)('a' + i)};
        rc = trio_nursery_start_soon(&nursery, write_names, &workers[i]);
    }
    return trio_nursery_close(&nursery, rc);
}

// S3
TEST_PLAIN(loop, production_order_is_first_in_first_out)
{
    struct log log = {0};

    CHECK_OK(trio_test(run_writers, &log));
    CHECK_LOG(log, "abcdeabcdeabcde");
}

// S3
TEST_PLAIN(loop, the_same_seed_gives_the_same_order)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct log first = {0}, second = {0};

        CHECK_OK(trio_test_seeded(seed, run_writers, &first));
        CHECK_OK(trio_test_seeded(seed, run_writers, &second));
        CHECK_LOG(first, second.text);
    }
}

// S3
TEST_PLAIN(loop, other_seeds_give_other_orders)
{
    struct log logs[20] = {{{0}, 0}};
    size_t alike = 0;

    for (uint64_t seed = 0; seed < COUNT(logs); seed++) {
        CHECK_OK(trio_test_seeded(seed, run_writers, &logs[seed]));
        for (uint64_t earlier = 0; earlier < seed; earlier++)
            alike += strcmp(logs[earlier].text, logs[seed].text) == 0;
    }
    // Each of 5! ^ 3 orders is as likely: two alike would be a wonder.
    CHECK_EQ(alike, 0);
}

// S3
TEST(loop, a_shuffle_keeps_to_the_passes)
{
    struct log log = {0};

    CHECK_OK(run_writers(&log));
    REQUIRE(log.length == 15);
    for (size_t pass = 0; pass < 3; pass++) {
        struct log part = {0};

        for (size_t i = 0; i < 5; i++)
            log_add(&part, log.text[5 * pass + i]);
        log_sort(&part);
        CHECK_LOG(part, "abcde");
    }
}

// ---- S4: ties ----

// S4
TEST(loop, equal_deadlines_expire_in_the_order_of_arming)
{
    struct log log = {0};
    struct worker workers[6];
    struct trio_nursery nursery;

    if (!check_is_fifo())
        return; // A shuffle decides the order within the pass.
    trio_nursery_open(&nursery);
    // The later in the order, the lower the address.
    for (size_t i = COUNT(workers); i-- > 0;) {
        char name = (char)('a' + COUNT(workers) - 1 - i);
        workers[i] =
            (struct worker){.delay = TRIO_SECOND, .log = &log, .name = name};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "abcdef");
}

// S4
TEST(loop, a_cancellation_reaches_tasks_in_the_order_of_their_start)
{
    struct log log = {0};
    struct worker workers[6];
    struct trio_nursery nursery;

    if (!check_is_fifo())
        return;
    trio_nursery_open(&nursery);
    for (size_t i = COUNT(workers); i-- > 0;) {
        char name = (char)('a' + COUNT(workers) - 1 - i);
        workers[i] =
            (struct worker){.delay = TRIO_FOREVER, .log = &log, .name = name};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
    }
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "ABCDEF");
}

// ---- S5: I/O and a deadline in the same pass ----

// A world with one waiter, which becomes ready at a point in time.
struct ready_world {
    struct trio_io io;
    struct trio_io_waiter *waiter;
    struct trio_mock_clock *clock;
    trio_time ready_at;
};

static trio_status arm_one(void *context, struct trio_io_waiter *waiter)
{
    struct ready_world *world = context;

    world->waiter = waiter;
    return TRIO_OK;
}

static void disarm_one(void *context, struct trio_io_waiter *waiter)
{
    struct ready_world *world = context;

    CHECK(world->waiter == waiter);
    world->waiter = NULL;
}

static void poll_one(void *context, trio_duration limit)
{
    struct ready_world *world = context;
    struct trio_io_waiter *waiter = world->waiter;

    (void)limit;
    if (waiter == NULL || world->clock->now < world->ready_at)
        return;
    world->waiter = NULL;
    trio_io_ready(waiter, TRIO_OK);
}

static size_t count_one(void *context)
{
    return ((struct ready_world *)context)->waiter != NULL;
}

static bool can_wake_one(void *context)
{
    return ((struct ready_world *)context)->waiter != NULL;
}

static TRIO_CHECKPOINT trio_status read_until_deadline(void *arg)
{
    struct ready_world *world = arg;
    struct trio_cancel_scope scope;

    world->ready_at = trio_now() + TRIO_SECOND;
    trio_move_on_at(&scope, world->ready_at);
    CHECK_OK(trio_wait_readable(7));
    CHECK_EQ(trio_now(), world->ready_at);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    return trio_cancel_scope_close(&scope, rc);
}

// S5
TEST_SEEDED(loop, io_that_is_ready_comes_before_a_deadline_that_is_due)
{
    struct capture capture;
    struct ready_world world = {0};

    capture_open(&capture);
    world.io = *capture.config.world.io;
    world.io.name = "ready world"; // With a context of its own.
    world.io.arm = arm_one;
    world.io.disarm = disarm_one;
    world.io.poll = poll_one;
    world.io.waiters = count_one;
    world.io.can_wake = can_wake_one;
    world.clock = &capture.simulation.clock;
    capture.config.world.context = &world;
    capture.config.world.io = &world.io;
    capture.config.world.end = NULL; // That is of the other context.
    CHECK_OK(capture_run(&capture, read_until_deadline, &world));
    capture_close(&capture);
}

// ---- S6: expiry ----

struct pair {
    trio_time at;
    struct trio_task *tasks[2];
    int awake;
};

static TRIO_CHECKPOINT trio_status sleep_in_pair(void *arg)
{
    struct pair *pair = arg;
    int number = pair->tasks[0] == NULL ? 0 : 1;

    pair->tasks[number] = trio_task_current();
    trio_status rc = trio_sleep_until(pair->at);
    if (pair->awake++ == 0)
        CHECK(!trio_task_is_parked(pair->tasks[1 - number]));
    return rc;
}

// S6
TEST(loop, all_that_is_due_expires_before_any_task_runs)
{
    struct pair pair = {.at = trio_now() + TRIO_SECOND};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_in_pair, &pair));
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_in_pair, &pair));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(pair.awake, 2);
}

// S6
TEST(loop, of_nested_scopes_that_expire_together_the_outer_one_catches)
{
    struct trio_cancel_scope outer, inner;
    trio_time at = trio_now() + TRIO_SECOND;

    trio_move_on_at(&outer, at);
    trio_move_on_at(&inner, at);
    trio_status rc = trio_sleep_forever();
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(trio_cancel_scope_called(&inner));
    CHECK(!trio_cancel_scope_caught(&inner));
    CHECK(trio_cancel_scope_caught(&outer));
}

// S6
TEST(loop, the_outer_one_catches_also_where_it_was_armed_last)
{
    struct trio_cancel_scope outer, inner;
    trio_time at = trio_now() + TRIO_SECOND;

    trio_cancel_scope_open(&outer);
    trio_move_on_at(&inner, at);
    trio_cancel_scope_set_deadline_at(&outer, at);
    trio_status rc = trio_sleep_forever();
    rc = trio_cancel_scope_close(&inner, rc);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
    CHECK(!trio_cancel_scope_caught(&inner));
    CHECK(trio_cancel_scope_caught(&outer));
}

// ---- How often it looks at the world ----

enum { BUSY_STEPS = 10000 };

static bool count_look(void *context, const struct trio_note *note)
{
    (void)note;
    ++*(int *)context;
    return true;
}

static TRIO_CHECKPOINT trio_status go_on_after_a_limit(void *arg)
{
    trio_time limit = trio_time_add(trio_now(), TRIO_MS);
    struct trio_cancel_scope scope;

    (void)arg;
    trio_move_on_at(&scope, limit);
    trio_status rc = trio_cancel_scope_close(&scope, TRIO_OK);
    while (trio_now() < limit)
        continue;
    for (int i = 0; rc == TRIO_OK && i < BUSY_STEPS; i++)
        rc = trio_checkpoint();
    return rc;
}

// What was due, and is no more, has nobody look after each step.
TEST_PLAIN(loop, a_limit_that_was_kept_is_not_looked_for)
{
    struct trio_config config = trio_config_platform();
    int looks = 0;

    config.observer =
        (struct trio_observer){&looks, count_look, 1u << TRIO_NOTE_POLL_BEGIN};
    CHECK_OK(trio_run_with(&config, go_on_after_a_limit, NULL));
    CHECK(looks < BUSY_STEPS / 4);
}
