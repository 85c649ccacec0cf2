// Depth and size: 100,000 scopes inside each other, 100,000 tasks beside each
// other, 1,000,000 of everything one after another.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdlib.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/tasks.h"

enum { DEPTH = 100000, TASKS = 100000, OFTEN = 1000000 };

// ---- Depth ----

// Opens all in the array, then closes them with what the innermost one got.
TRIO_NO_SCOPE_ANALYSIS TRIO_CHECKPOINT static trio_status
nest(struct trio_cancel_scope *scopes, size_t cancelled)
{
    for (size_t i = 0; i < DEPTH; i++)
        trio_cancel_scope_open(&scopes[i]);
    CHECK_OK(trio_checkpoint());
    trio_cancel_scope_cancel(&scopes[cancelled], NULL);
    trio_status rc = trio_checkpoint();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    for (size_t i = DEPTH; i-- > 0;)
        rc = trio_cancel_scope_close(&scopes[i], rc);
    return rc;
}

static void check_nest(const struct trio_cancel_scope *scopes, size_t cancelled)
{
    for (size_t i = 0; i < DEPTH; i++)
        if (trio_cancel_scope_caught(&scopes[i]) != (i == cancelled))
            CHECK(false);
}

// S28
TEST_ONCE(depth, a_hundred_thousand_nested_scopes_are_cancelled_at_the_root)
{
    struct trio_cancel_scope *scopes = calloc(DEPTH, sizeof(*scopes));

    REQUIRE(scopes != NULL);
    CHECK_OK(nest(scopes, 0));
    check_nest(scopes, 0);
    CHECK_OK(nest(scopes, DEPTH / 2));
    check_nest(scopes, DEPTH / 2);
    free(scopes);
}

// S25 S29
TRIO_NO_SCOPE_ANALYSIS TRIO_CHECKPOINT static trio_status
nest_deadlines(struct trio_cancel_scope *scopes)
{
    trio_time begun = trio_now();

    for (size_t i = 0; i < DEPTH; i++)
        trio_move_on_at(&scopes[i], begun + (trio_time)(DEPTH - i));
    CHECK_EQ(trio_current_effective_deadline(), begun + 1);
    trio_status rc = TRIO_OK;
    for (size_t i = DEPTH; i-- > 0;) {
        rc = trio_sleep_forever();
        rc = trio_cancel_scope_close(&scopes[i], rc);
        if (trio_now() != begun + (trio_time)(DEPTH - i) || rc != TRIO_OK)
            CHECK(false);
    }
    return rc;
}

// S25 S29
TEST_ONCE(depth, a_hundred_thousand_nested_deadlines_fire_in_turn)
{
    struct trio_cancel_scope *scopes = calloc(DEPTH, sizeof(*scopes));

    REQUIRE(scopes != NULL);
    CHECK_OK(nest_deadlines(scopes));
    free(scopes);
}

struct level {
    int left;
    trio_status bottom;
};

// A nursery in a task in a nursery in a task ...
static TRIO_CHECKPOINT trio_status descend(void *arg)
{
    struct level *level = arg;
    struct trio_nursery nursery;

    if (level->left-- == 0)
        return level->bottom = trio_sleep_forever();
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, descend, level);
    return trio_nursery_close(&nursery, rc);
}

// S28
TEST_ONCE(depth, ten_thousand_nested_nurseries_are_cancelled_at_the_root)
{
    struct level level = {10000, TRIO_OK};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, descend, &level));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_STATUS(level.bottom, TRIO_ECANCELED);
}

static TRIO_CHECKPOINT trio_status descend_and_fail(void *arg)
{
    struct level *level = arg;
    struct trio_nursery nursery;

    if (level->left-- == 0)
        return trio_fail(TRIO_EIO, "at the bottom");
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, descend_and_fail, level);
    return trio_nursery_close(&nursery, rc);
}

// S36
TEST_ONCE(depth, a_failure_comes_up_through_ten_thousand_nurseries)
{
    struct level level = {10000, TRIO_OK};

    CHECK_STATUS(descend_and_fail(&level), TRIO_EIO);
    CHECK(trio_error_only(trio_error_last(), TRIO_EIO));
    CHECK_STRING(trio_error_cause(trio_error_last())->text, "at the bottom");
    trio_error_clear();
}

// ---- Size ----

static size_t cancelled_tasks;

static TRIO_CHECKPOINT trio_status count_cancelled(void *arg)
{
    (void)arg;
    trio_status rc = trio_sleep_forever();
    cancelled_tasks += rc == TRIO_ECANCELED;
    return rc;
}

// S28
TEST_ONCE(depth, a_hundred_thousand_parked_tasks_are_cancelled_at_the_root)
{
    struct trio_task_options options = {.stack_size = 64 * 1024};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    cancelled_tasks = 0;
    trio_cancel_scope_open(&scope);
    trio_nursery_open(&nursery);
    for (int i = 0; i < TASKS; i++)
        REQUIRE(trio_nursery_start_soon_with(&nursery, &options,
                                             count_cancelled, NULL) == TRIO_OK);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(trio_run_statistics().tasks_living, TASKS + 1);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_nursery_close(&nursery, TRIO_OK);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(cancelled_tasks, TASKS);
    CHECK_EQ(trio_run_statistics().tasks_living, 1);
}

// ---- Often ----

// Does one thing many times; what it needs after a few times is enough for all
// times.
struct repetition {
    trio_status (*once)(void);
    struct failing_memory memory;
    size_t bytes_early;
    uint64_t requests_early;
};

static TRIO_CHECKPOINT trio_status repeat(void *arg)
{
    struct repetition *repetition = arg;

    for (int i = 0; i < OFTEN; i++) {
        if (i == 1000) {
            repetition->bytes_early = repetition->memory.bytes_max;
            repetition->requests_early = repetition->memory.requests;
        }
        trio_status rc = repetition->once();
        if (rc != TRIO_OK)
            return rc;
    }
    return TRIO_OK;
}

static void check_flat(trio_status (*once)(void), uint64_t requests_each)
{
    static struct capture capture;
    struct repetition repetition = {.once = once};

    capture_open(&capture);
    failing_memory_open(&repetition.memory, &capture.config);
    CHECK_OK(capture_run(&capture, repeat, &repetition));
    CHECK_EQ(repetition.memory.bytes_max, repetition.bytes_early);
    CHECK(repetition.memory.requests - repetition.requests_early <=
          requests_each * OFTEN);
    capture_close(&capture);
}

static TRIO_CHECKPOINT trio_status time_out(void)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_MS);
    trio_status rc = trio_sleep(TRIO_SECOND);
    return trio_cancel_scope_close(&scope, rc);
}

// S29
TEST_PLAIN(depth, a_million_timeouts_need_no_memory)
{
    check_flat(time_out, 0);
}

static trio_status do_nothing(void *arg)
{
    (void)arg;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status start_one(void)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, do_nothing, NULL);
    return trio_nursery_close(&nursery, rc);
}

// S37
TEST_PLAIN(depth, a_million_starts_need_the_memory_of_one)
{
    check_flat(start_one, 1); // Reserving a stack is a request.
}

static TRIO_CHECKPOINT trio_status cancel_one(void)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, sleep_forever, NULL);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    return trio_nursery_close(&nursery, rc);
}

// S28
TEST_PLAIN(depth, a_million_cancellations_need_the_memory_of_one)
{
    check_flat(cancel_one, 1);
}
