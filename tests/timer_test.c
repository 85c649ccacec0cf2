// Sleeping and expiring: order, ties, what a timer's wake is worth.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/check.h"
#include "tests/tasks.h"

// S18
TEST(timer, sleep_takes_exactly_its_time_on_a_virtual_clock)
{
    trio_time begun = trio_now();

    CHECK_OK(trio_sleep(250 * TRIO_MS));
    CHECK_EQ(trio_now(), begun + 250 * TRIO_MS);
    CHECK_OK(trio_sleep_until(begun + TRIO_SECOND));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    CHECK_OK(trio_sleep_until(begun));
    CHECK_OK(trio_sleep(-TRIO_SECOND));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
}

// S18
TEST(timer, nothing_wakes_early)
{
    struct worker workers[40];
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(workers); i++) {
        workers[i] = (struct worker){.delay = (trio_duration)(i * 7919 % 997)};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (size_t i = 0; i < COUNT(workers); i++)
        CHECK_EQ(workers[i].ended - begun, workers[i].delay);
}

// S18
TEST(timer, earlier_deadlines_expire_first)
{
    static const char delays[] = "hbgdacfe";
    struct worker workers[sizeof(delays) - 1];
    struct log log = {0};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(workers); i++) {
        workers[i] = (struct worker){.delay = (delays[i] - 'a') * TRIO_MS,
                                     .log = &log,
                                     .name = delays[i]};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_LOG(log, "abcdefgh");
}

// S18
TEST(timer, of_a_scope_and_a_sleep_of_the_same_time_the_first_armed_wins)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, 5 * TRIO_SECOND);
    trio_status rc = trio_sleep(5 * TRIO_SECOND);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_STATUS(trio_cancel_scope_close(&scope, rc), TRIO_ETIMEDOUT);
    trio_error_clear();
}

struct late {
    struct trio_cancel_scope scope;
    trio_time at;
    trio_status slept;
    trio_status next;
    bool left;
};

static TRIO_CHECKPOINT trio_status sleep_then_checkpoint(void *arg)
{
    struct late *late = arg;

    trio_move_on_at(&late->scope, late->at);
    late->slept = trio_sleep_until(late->at);
    late->next = trio_checkpoint();
    late->left = true;
    return trio_cancel_scope_close(&late->scope, late->next);
}

// S18
TEST(timer, a_deadline_that_is_changed_goes_behind_its_equals)
{
    struct late late = {.at = trio_now() + TRIO_SECOND};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_then_checkpoint, &late));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    REQUIRE(!late.left);
    // The same time, but armed last now: the sleep comes first.
    trio_cancel_scope_set_deadline_at(&late.scope, late.at + 1);
    trio_cancel_scope_set_deadline_at(&late.scope, late.at);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(late.slept);
    CHECK_STATUS(late.next, TRIO_ECANCELED);
}

struct sibling {
    struct trio_cancel_scope *scope;
    trio_time at;
};

static TRIO_CHECKPOINT trio_status cancel_at(void *arg)
{
    struct sibling *sibling = arg;
    trio_status rc = trio_sleep_until(sibling->at);

    if (CHECK(sibling->scope != NULL))
        trio_cancel_scope_cancel(sibling->scope, NULL);
    return rc;
}

// S18 S15
TEST(timer, a_sleeper_that_is_due_in_the_instant_of_a_cancellation_was_woken)
{
    struct worker worker = {.delay = TRIO_SECOND};
    struct trio_nursery outer, inner;
    struct sibling sibling = {NULL, trio_now() + TRIO_SECOND};

    trio_nursery_open(&outer);
    trio_nursery_open(&inner);
    sibling.scope = trio_nursery_cancel_scope(&inner);
    CHECK_OK(trio_nursery_start_soon(&outer, cancel_at, &sibling));
    CHECK_OK(trio_nursery_start_soon(&inner, worker_run, &worker));
    CHECK_OK(trio_nursery_close(&inner, TRIO_OK));
    sibling.scope = NULL;
    CHECK_OK(trio_nursery_close(&outer, TRIO_OK));
    CHECK_OK(worker.slept);
}

// S18
TEST(timer, sleep_forever_ends_with_its_cancellation_only)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();

    trio_move_on_after(&scope, 1000 * TRIO_HOUR);
    trio_status rc = trio_sleep_forever();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_EQ(trio_now(), begun + 1000 * TRIO_HOUR);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S24
TEST(timer, now_is_read_anew_each_time)
{
    trio_time begun = trio_now();

    CHECK_EQ(trio_now(), begun);
    trio_mock_clock_jump(check_clock(), TRIO_SECOND);
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
}

// S24
TEST(timer, a_sleep_counts_from_its_call_after_an_hour_in_the_same_step)
{
    trio_time begun = trio_now();

    trio_mock_clock_jump(check_clock(), TRIO_HOUR);
    CHECK_OK(trio_sleep(10 * TRIO_MS));
    CHECK(trio_now() >= begun + TRIO_HOUR + 10 * TRIO_MS);
}

TEST_PLAIN(timer, adding_to_a_time_does_not_overflow)
{
    CHECK_EQ(trio_time_add(5, 7), 12);
    CHECK_EQ(trio_time_add(5, -7), 5);
    CHECK_EQ(trio_time_add(TRIO_PAST, 7), TRIO_PAST);
    CHECK_EQ(trio_time_add(TRIO_FOREVER, 7), TRIO_FOREVER);
    CHECK_EQ(trio_time_add(5, TRIO_FOREVER), TRIO_FOREVER);
    CHECK_EQ(trio_time_add(TRIO_FOREVER - 1, 1), TRIO_FOREVER);
    CHECK_EQ(trio_time_add(TRIO_FOREVER - 1, 2), TRIO_FOREVER);
    CHECK_EQ(trio_time_add(-5, 7), 2);
}

// The real clock, because what it tells is the point.
TEST_REAL(timer, on_the_real_clock_nothing_wakes_early)
{
    for (int i = 0; i < 5; i++) {
        trio_time begun = trio_now();
        CHECK_OK(trio_sleep(2 * TRIO_MS));
        CHECK(trio_now() >= begun + 2 * TRIO_MS);
    }
}

// Computes for that long, in one step.
static void compute(trio_duration duration)
{
    trio_time end = trio_time_add(trio_now(), duration);

    while (trio_now() < end)
        ;
}

// S24. The real clock, because time has to pass while a task computes.
TEST_REAL(timer, time_passes_within_a_step)
{
    trio_time begun = trio_now();

    compute(20 * TRIO_MS);
    CHECK(trio_now() >= begun + 20 * TRIO_MS);
}

// S24. The same.
TEST_REAL(timer, a_sleep_after_computing_is_not_shorter)
{
    compute(20 * TRIO_MS);
    trio_time computed = trio_now();
    CHECK_OK(trio_sleep(5 * TRIO_MS));
    CHECK(trio_now() >= computed + 5 * TRIO_MS);
}

// S24. The same.
TEST_REAL(timer, a_computation_may_look_at_its_limit)
{
    struct trio_cancel_scope scope;
    trio_time begun = trio_now();

    trio_move_on_after(&scope, 5 * TRIO_MS);
    while (!trio_cancel_scope_called(&scope))
        ;
    CHECK(trio_now() >= begun + 5 * TRIO_MS);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S24. The same.
TEST_REAL(timer, a_bucket_fills_while_a_task_computes)
{
    trio_time filled = trio_now();

    compute(10 * TRIO_MS);
    CHECK((trio_now() - filled) / TRIO_MS >= 10);
}

// ---- A clock whose coarse reading lags behind ----

enum { TICK = 4 * (int)TRIO_MS };

static trio_time lagging_now(void *context)
{
    return *(const trio_time *)context;
}

static trio_time lagging_coarse(void *context)
{
    return *(const trio_time *)context / TICK * TICK;
}

static TRIO_CHECKPOINT trio_status open_at_every_lag(void *arg)
{
    static const trio_duration limits[] = {1, 999 * TRIO_MS, TRIO_SECOND,
                                           TRIO_SECOND + 1, TRIO_HOUR};
    trio_time *now = arg;

    for (size_t i = 0; i < COUNT(limits); i++)
        for (trio_duration lag = 0; lag < TICK; lag += TICK / 16) {
            struct trio_cancel_scope scope;
            *now = 50 * (trio_time)TICK + lag;
            trio_move_on_after(&scope, limits[i]);
            trio_duration given = trio_cancel_scope_deadline(&scope) - *now;
            CHECK(given >= limits[i]);
            CHECK(given <= limits[i] + (limits[i] < TRIO_SECOND ? 0 : TICK));
            CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
        }
    return TRIO_OK;
}

static void run_with_coarse(trio_time (*now_coarse)(void *context),
                            trio_task_fn fn)
{
    trio_time now = 0;
    struct trio_simulation simulation;
    struct trio_config base = trio_config_platform();
    struct trio_config config = trio_config_simulated(&simulation, &base, 0);

    config.clock.context = &now;
    config.clock.now = lagging_now;
    config.clock.now_coarse = now_coarse;
    config.clock.coarse_resolution = TICK;
    config.clock.jump = NULL;
    config.clock.can_jump = NULL;
    CHECK_OK(trio_run_with(&config, fn, &now));
}

// S24
TEST_PLAIN(timer, a_limit_is_never_short_and_long_by_a_tick_at_most)
{
    run_with_coarse(lagging_coarse, open_at_every_lag);
}

static trio_time overdue_coarse(void *context)
{
    return lagging_coarse(context) - 3 * (trio_time)TICK;
}

static TRIO_CHECKPOINT trio_status open_after_a_look(void *arg)
{
    struct trio_cancel_scope scope;
    trio_time *now = arg;

    *now = 50 * (trio_time)TICK;
    CHECK_EQ(trio_now(), *now);
    trio_move_on_after(&scope, TRIO_SECOND);
    CHECK_EQ(trio_cancel_scope_deadline(&scope), *now + TRIO_SECOND);
    return trio_cancel_scope_close(&scope, TRIO_OK);
}

// S24: the kernel's tick may come late on a busy machine.
TEST_PLAIN(timer, no_limit_counts_from_before_the_last_exact_reading)
{
    run_with_coarse(overdue_coarse, open_after_a_look);
}

// ---- S29: many changes ----

enum { SCOPES = 50 };

// S29
TEST_ONCE(timer, many_equal_deadlines_all_fire)
{
    struct worker workers[SCOPES];
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    for (int i = 0; i < SCOPES; i++) {
        workers[i] = (struct worker){.delay = TRIO_SECOND};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (int i = 0; i < SCOPES; i++)
        CHECK_EQ(workers[i].ended, begun + TRIO_SECOND);
}

// S29
TEST(timer, deadlines_that_moved_often_fire_where_they_stopped)
{
    struct trio_cancel_scope outer, inner;
    trio_time begun = trio_now();
    uint32_t random = 1;

    trio_move_on_at(&outer, begun + TRIO_HOUR);
    trio_move_on_at(&inner, begun + TRIO_HOUR);
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        trio_cancel_scope_set_deadline_at(i % 2 ? &outer : &inner,
                                          begun + TRIO_MINUTE +
                                              (trio_duration)(random >> 8));
    }
    trio_cancel_scope_set_deadline_at(&outer, begun + 3 * TRIO_SECOND);
    trio_cancel_scope_set_deadline_at(&inner, begun + 2 * TRIO_SECOND);
    trio_status rc = trio_sleep_forever();
    CHECK_EQ(trio_now(), begun + 2 * TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&inner, rc));
    rc = trio_sleep_forever();
    CHECK_EQ(trio_now(), begun + 3 * TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&outer, rc));
}

// S29
TEST(timer, a_random_heap_agrees_with_a_sorted_list)
{
    struct worker workers[200];
    struct trio_nursery nursery;
    uint64_t random = check_seed() + 1;
    trio_time begun = trio_now();
    trio_time last = begun;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(workers); i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407U;
        workers[i] = (struct worker){.delay = (trio_duration)(random >> 54)};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
        if (workers[i].delay + begun > last)
            last = workers[i].delay + begun;
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(trio_now(), last);
    for (size_t i = 0; i < COUNT(workers); i++)
        CHECK_EQ(workers[i].ended - begun, workers[i].delay);
}

// Sleeps in a scope of its own, which others move and cancel.
struct moved {
    struct trio_cancel_scope scope;
    trio_time deadline;
    trio_time ended;
    bool open;
};

TRIO_NO_SCOPE_ANALYSIS static TRIO_CHECKPOINT trio_status
sleep_until_moved(void *arg)
{
    struct moved *moved = arg;

    trio_move_on_at(&moved->scope, moved->deadline);
    moved->open = true;
    trio_status rc = trio_sleep_forever();
    moved->ended = trio_now();
    moved->open = false;
    return trio_cancel_scope_close(&moved->scope, rc);
}

static void move_or_cancel(struct moved *moved)
{
    if (!moved->open || trio_cancel_scope_called(&moved->scope))
        return;
    if (trio_random_below(4) == 0) {
        moved->deadline = trio_now();
        trio_cancel_scope_cancel(&moved->scope, NULL);
        return;
    }
    moved->deadline = trio_now() + (trio_time)trio_random_below(100);
    trio_cancel_scope_set_deadline_at(&moved->scope, moved->deadline);
}

// S24 S29
TEST(timer, what_is_moved_or_cancelled_takes_no_other_timer_with_it)
{
    struct moved sleepers[60];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(sleepers); i++) {
        sleepers[i] = (struct moved){
            .deadline = trio_now() + 1 + (trio_time)trio_random_below(100)};
        CHECK_OK(
            trio_nursery_start_soon(&nursery, sleep_until_moved, &sleepers[i]));
    }
    for (int i = 0; i < 100; i++) {
        CHECK_OK(trio_sleep((trio_duration)trio_random_below(3)));
        move_or_cancel(&sleepers[trio_random_below(COUNT(sleepers))]);
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (size_t i = 0; i < COUNT(sleepers); i++)
        CHECK_EQ(sleepers[i].ended, sleepers[i].deadline);
}

// ---- What the run says of its deadlines ----

enum { TIMES = 7 };

// Opens scopes whose deadlines are at 7 different times, in an order that makes
// a heap of some depth, and puts those of one time off.
TRIO_NO_SCOPE_ANALYSIS static void open_many(struct trio_cancel_scope *scopes,
                                             trio_time begin)
{
    for (int i = 0; i < SCOPES; i++) {
        int64_t seconds = 10 + 5 * i % TIMES;
        trio_move_on_at(&scopes[i], begin + seconds * TRIO_SECOND);
        if (i % 3 == 0) // Some are in the heap, others not yet.
            CHECK(trio_run_next_deadline(begin) <= begin + 15 * TRIO_SECOND);
    }
    for (int i = 0; i < SCOPES; i++)
        if (5 * i % TIMES == 3)
            trio_cancel_scope_set_deadline_at(&scopes[i],
                                              begin + 20 * TRIO_SECOND);
}

TRIO_NO_SCOPE_ANALYSIS static void close_many(struct trio_cancel_scope *scopes,
                                              size_t count)
{
    for (size_t i = count; i-- > 0;)
        CHECK_OK(trio_cancel_scope_close(&scopes[i], TRIO_OK));
}

TEST(timer, the_next_deadline_after_any_time_is_known)
{
    static const int64_t seconds[] = {10, 11, 12, 14, 15, 16, 20};
    struct trio_cancel_scope scopes[SCOPES];
    trio_time begin = trio_now();
    trio_time time = begin;

    CHECK_EQ(trio_run_next_deadline(TRIO_PAST), TRIO_FOREVER);
    open_many(scopes, begin);
    for (size_t i = 0; i < COUNT(seconds); i++) {
        time = trio_run_next_deadline(time);
        CHECK_EQ(time, begin + seconds[i] * TRIO_SECOND);
        CHECK_EQ(trio_run_next_deadline(time - 1), time);
    }
    CHECK_EQ(trio_run_next_deadline(time), TRIO_FOREVER);
    close_many(scopes, SCOPES);
}

// Scopes in each other, and their deadlines.
struct nest {
    struct trio_cancel_scope scopes[SCOPES];
    trio_time deadlines[SCOPES];
    size_t depth;
};

static trio_time first_after(const struct nest *nest, trio_time time)
{
    trio_time first = TRIO_FOREVER;

    for (size_t i = 0; i < nest->depth; i++)
        if (nest->deadlines[i] > time && nest->deadlines[i] < first)
            first = nest->deadlines[i];
    return first;
}

// Opens a scope, closes the innermost, or moves the deadline of any.
TRIO_NO_SCOPE_ANALYSIS static void change(struct nest *nest, trio_time begin)
{
    int64_t after = TRIO_SECOND + (int64_t)trio_random_below(SCOPES);
    trio_time deadline = begin + after;
    size_t i = (size_t)trio_random_below(SCOPES);

    if (i < nest->depth) {
        nest->deadlines[i] = deadline;
        trio_cancel_scope_set_deadline_at(&nest->scopes[i], deadline);
    } else if (nest->depth > 0 && trio_random_below(2) == 0) {
        nest->depth--;
        CHECK_OK(trio_cancel_scope_close(&nest->scopes[nest->depth], TRIO_OK));
    } else {
        nest->deadlines[nest->depth] = deadline;
        trio_move_on_at(&nest->scopes[nest->depth], deadline);
        nest->depth++;
    }
}

TEST(timer, the_next_deadline_is_known_after_every_change)
{
    struct nest nest = {.depth = 0};
    trio_time begin = trio_now();
    trio_time time = begin;

    for (int i = 0; i < 10000; i++) {
        if (i % 10 == 0) // Else the same is asked for again.
            time = begin + TRIO_SECOND + (int64_t)trio_random_below(SCOPES);
        change(&nest, begin);
        CHECK_EQ(trio_run_next_deadline(time), first_after(&nest, time));
        if (i % 3 == 0) // And what is after that.
            time = first_after(&nest, time);
    }
    close_many(nest.scopes, nest.depth);
}
