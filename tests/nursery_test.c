// What a nursery waits for, and what all of it comes to.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stdio.h>

#include "tests/check.h"
#include "tests/tasks.h"

// ---- S35: close ----

// S35
TEST(nursery, close_waits_for_every_task)
{
    struct worker workers[5];
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(workers); i++) {
        workers[i] =
            (struct worker){.delay = (trio_duration)(i + 1) * TRIO_SECOND};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(trio_now(), begun + 5 * TRIO_SECOND);
    for (size_t i = 0; i < COUNT(workers); i++)
        CHECK_EQ(workers[i].ended - begun,
                 (trio_duration)(i + 1) * TRIO_SECOND);
}

struct chain {
    struct trio_nursery *nursery;
    int left;
};

static TRIO_CHECKPOINT trio_status start_another(void *arg)
{
    struct chain *chain = arg;
    trio_status rc = trio_sleep(TRIO_SECOND);

    if (rc == TRIO_OK && --chain->left > 0)
        rc = trio_nursery_start_soon(chain->nursery, start_another, chain);
    return rc;
}

// S35
TEST(nursery, close_waits_also_for_what_is_started_meanwhile)
{
    struct trio_nursery nursery;
    struct chain chain = {&nursery, 10};

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, start_another, &chain));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(chain.left, 0);
}

// S35
TEST(nursery, close_is_no_cancel_point)
{
    struct worker worker = {.delay = TRIO_SECOND};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_shielded, &worker.delay));
    trio_time begun = trio_now();
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    CHECK_OK(trio_cancel_scope_close(&scope, TRIO_OK));
    CHECK(!trio_cancel_scope_caught(&scope));
}

// S35
TEST(nursery, an_empty_one_closes_with_a_schedule_point)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    uint64_t before = pass_number();
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(pass_number() > before);
}

// ---- S36: failures ----

// S36
TEST(nursery, the_first_failure_of_a_task_cancels_the_rest)
{
    struct worker failing = {.delay = TRIO_SECOND, .result = TRIO_EIO};
    struct trio_nursery nursery;
    trio_status other = TRIO_OK;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, &other));
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &failing));
    CHECK_STATUS(trio_sleep_forever(), TRIO_ECANCELED);
    CHECK_EQ(trio_now(), begun + TRIO_SECOND);
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_ECANCELED), TRIO_EIO);
    CHECK_STATUS(other, TRIO_ECANCELED);
    trio_error_clear();
}

// S36
TEST(nursery, a_failure_of_the_body_cancels_the_tasks)
{
    struct trio_nursery nursery;
    trio_status child = TRIO_OK;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_forever, &child));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_EINVAL), TRIO_EINVAL);
    CHECK_STATUS(child, TRIO_ECANCELED);
    trio_error_clear();
}

// S36
TEST(nursery, a_cancelled_body_does_not_cancel_the_tasks)
{
    struct worker worker = {.delay = TRIO_SECOND};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &worker));
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_checkpoint();
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(worker.slept);
}

// S36
TEST(nursery, equal_failures_are_their_common_status)
{
    struct worker workers[3];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(workers); i++) {
        workers[i] = (struct worker){.delay = TRIO_SECOND, .result = TRIO_EIO};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
    }
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_EIO);
    trio_error_clear();
}

static TRIO_CHECKPOINT trio_status fail_while_unwinding(void *arg)
{
    trio_ignore(trio_sleep_forever());
    return *(trio_status *)arg;
}

// S36
TEST(nursery, different_failures_are_a_group)
{
    struct worker first = {.delay = TRIO_SECOND, .result = TRIO_EIO};
    trio_status second = TRIO_EBROKEN;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, fail_while_unwinding, &second));
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &first));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_EGROUP);
    const struct trio_error *error = trio_error_last();
    CHECK(trio_error_contains(error, TRIO_EIO));
    CHECK(trio_error_contains(error, TRIO_EBROKEN));
    CHECK(!trio_error_only(error, TRIO_EIO));
    trio_error_clear();
}

// S36
TEST(nursery, leaves_are_in_the_order_of_completion)
{
    struct worker first = {.delay = TRIO_SECOND, .result = TRIO_EIO};
    trio_status second = TRIO_EBROKEN;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, fail_while_unwinding, &second));
    CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &first));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_OK), TRIO_EGROUP);
    const struct trio_error *error = trio_error_last();
    REQUIRE(error != NULL && error->children != NULL &&
            error->children->next != NULL);
    CHECK_STRING(error->text, "2 errors");
    CHECK_STATUS(error->children->status, TRIO_EIO);
    CHECK_STATUS(error->children->next->status, TRIO_EBROKEN);
    CHECK(error->children->next->next == NULL);
    CHECK(trio_error_cause(error) == error->children);
    trio_error_clear();
}

// S36
TEST(nursery, a_failure_of_the_body_is_joined_by_those_of_the_tasks)
{
    trio_status failure = TRIO_EBROKEN;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, fail_while_unwinding, &failure));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_STATUS(trio_nursery_close(&nursery, TRIO_EINVAL), TRIO_EGROUP);
    CHECK(trio_error_contains(trio_error_last(), TRIO_EINVAL));
    CHECK(trio_error_contains(trio_error_last(), TRIO_EBROKEN));
    trio_error_clear();
}

// ---- S37: order of ending ----

// S37
TEST(nursery, a_shielded_task_delays_close)
{
    trio_duration cleanup = TRIO_MINUTE;
    struct trio_nursery nursery;
    trio_time begun = trio_now();

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, sleep_shielded, &cleanup));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(trio_now(), begun + TRIO_MINUTE);
}

struct parent {
    struct log log;
};

static TRIO_CHECKPOINT trio_status end_after_child(void *arg)
{
    struct parent *parent = arg;
    struct worker child = {
        .delay = TRIO_SECOND, .log = &parent->log, .name = 'c'};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, worker_run, &child);
    rc = trio_nursery_close(&nursery, rc);
    log_add(&parent->log, 'p');
    return rc;
}

// S37
TEST(nursery, tasks_end_before_what_is_round_them_goes_on)
{
    struct parent parent = {{{0}, 0}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, end_after_child, &parent));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    log_add(&parent.log, 'm');
    CHECK_LOG(parent.log, "cpm");
}

struct first_step {
    bool ran;
    trio_status checkpoint;
};

static TRIO_CHECKPOINT trio_status reach_checkpoint(void *arg)
{
    struct first_step *step = arg;

    step->ran = true;
    step->checkpoint = trio_checkpoint();
    return step->checkpoint;
}

// S37
TEST(nursery, in_a_cancelled_one_a_task_runs_to_its_first_checkpoint)
{
    struct first_step step = {false, TRIO_OK};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    CHECK_OK(trio_nursery_start_soon(&nursery, reach_checkpoint, &step));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(step.ran);
    CHECK_STATUS(step.checkpoint, TRIO_ECANCELED);
}

// ---- S39: results ----

struct question {
    int number;
    int square;
};

static TRIO_CHECKPOINT trio_status answer(void *arg)
{
    struct question *question = arg;
    trio_status rc = trio_checkpoint();

    question->square = question->number * question->number;
    return rc;
}

// S39
TEST(nursery, results_go_through_arguments)
{
    struct question questions[4];
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 4; i++) {
        questions[i] = (struct question){i, 0};
        CHECK_OK(trio_nursery_start_soon(&nursery, answer, &questions[i]));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    for (int i = 0; i < 4; i++)
        CHECK_EQ(questions[i].square, i * i);
}

// ---- The other ways to start ----

struct copied {
    int *sum;
    int number;
};

static TRIO_CHECKPOINT trio_status add_copied(void *arg)
{
    struct copied *copied = arg;
    trio_status rc = trio_checkpoint();

    CHECK_EQ((uintptr_t)arg % _Alignof(max_align_t), 0);
    *copied->sum += copied->number;
    return rc;
}

TEST(nursery, start_soon_copy_gives_each_task_its_own)
{
    struct trio_nursery nursery;
    int sum = 0;

    trio_nursery_open(&nursery);
    for (int i = 1; i <= 10; i++) {
        struct copied copied = {&sum, i};
        CHECK_OK(trio_nursery_start_soon_copy(&nursery, add_copied, &copied,
                                              sizeof(copied)));
    }
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(sum, 55);
}

static trio_status take_nothing(void *arg)
{
    CHECK(arg != NULL);
    CHECK_EQ((uintptr_t)arg % _Alignof(max_align_t), 0);
    return TRIO_OK;
}

// Undefined behaviour would be seen under a sanitizer only.
TEST(nursery, start_soon_copy_may_copy_nothing)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon_copy(&nursery, take_nothing, NULL, 0));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
}

static trio_status sum_bytes(void *arg)
{
    const unsigned char *bytes = arg;

    for (int i = 0; i < TRIO_COPY_MAX; i++)
        CHECK_EQ(bytes[i], i % 251);
    return TRIO_OK;
}

TEST(nursery, start_soon_copy_has_a_limit)
{
    unsigned char bytes[TRIO_COPY_MAX + 1];
    struct trio_nursery nursery;

    for (int i = 0; i < TRIO_COPY_MAX; i++)
        bytes[i] = (unsigned char)(i % 251);
    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon_copy(&nursery, sum_bytes, bytes,
                                          TRIO_COPY_MAX));
    CHECK_STATUS(
        trio_nursery_start_soon_copy(&nursery, sum_bytes, bytes, sizeof(bytes)),
        TRIO_EINVAL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    trio_error_clear();
}

static trio_status use_stack(void *arg)
{
    volatile char room[200 * 1024];

    for (size_t i = 0; i < sizeof(room); i += 1024)
        room[i] = 1;
    *(bool *)arg = room[0] == 1;
    return TRIO_OK;
}

TEST_ONCE(nursery, a_task_has_256_KiB_of_stack_by_default)
{
    struct trio_nursery nursery;
    bool done = false;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon(&nursery, use_stack, &done));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(done);
}

static trio_status use_much_stack(void *arg)
{
    volatile char room[900 * 1024];

    for (size_t i = 0; i < sizeof(room); i += 1024)
        room[i] = 1;
    *(bool *)arg = room[0] == 1;
    return TRIO_OK;
}

TEST_ONCE(nursery, a_task_can_have_a_larger_stack)
{
    struct trio_task_options options = {.stack_size = 1024 * 1024};
    struct trio_nursery nursery;
    bool done = false;

    trio_nursery_open(&nursery);
    CHECK_OK(trio_nursery_start_soon_with(&nursery, &options, use_much_stack,
                                          &done));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(done);
}

TEST_ONCE(nursery, a_stack_that_is_too_large_is_invalid)
{
    struct trio_task_options options = {.stack_size = SIZE_MAX / 2};
    struct trio_nursery nursery;
    bool done = false;

    trio_nursery_open(&nursery);
    CHECK_STATUS(
        trio_nursery_start_soon_with(&nursery, &options, use_stack, &done),
        TRIO_EINVAL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(!done);
    trio_error_clear();
}

// The record names both, and what it calls possible is.
TEST_ONCE(nursery, a_stack_that_is_too_large_is_told_with_the_limit)
{
    struct trio_task_options options = {.stack_size = SIZE_MAX};
    struct trio_nursery nursery;
    unsigned long long max = 0;
    char expected[TRIO_ERROR_TEXT_MAX];
    bool done = false;

    trio_nursery_open(&nursery);
    CHECK_STATUS(
        trio_nursery_start_soon_with(&nursery, &options, use_stack, &done),
        TRIO_EINVAL);
    const char *limit = strstr(trio_error_last()->text, "at most ");
    REQUIRE(limit != NULL && sscanf(limit, "at most %llu", &max) == 1);
    snprintf(expected, sizeof(expected),
             "start a task with a stack of %zu bytes: at most %llu", SIZE_MAX,
             max);
    CHECK_STRING(trio_error_last()->text, expected);

    options.stack_size = (size_t)max;
    CHECK_OK(
        trio_nursery_start_soon_with(&nursery, &options, use_stack, &done));
    options.stack_size++;
    CHECK_STATUS(
        trio_nursery_start_soon_with(&nursery, &options, use_stack, &done),
        TRIO_EINVAL);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(done);
    trio_error_clear();
}

static TRIO_CHECKPOINT trio_status start_two(struct trio_nursery *nursery,
                                             void *arg)
{
    struct worker *workers = arg;
    trio_status rc = trio_nursery_start_soon(nursery, worker_run, &workers[0]);

    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(nursery, worker_run, &workers[1]);
    return rc;
}

TEST(nursery, run_opens_calls_and_closes)
{
    struct worker workers[2] = {{.delay = TRIO_SECOND},
                                {.delay = 2 * TRIO_SECOND}};
    trio_time begun = trio_now();

    CHECK_OK(trio_nursery_run(start_two, workers));
    CHECK_EQ(trio_now(), begun + 2 * TRIO_SECOND);
    workers[0].result = TRIO_EIO;
    CHECK_STATUS(trio_nursery_run(start_two, workers), TRIO_EIO);
    trio_error_clear();
}
