// What trio/gather.h promises, clause by clause, in virtual time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/gather.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/tasks.h"

#define FAILED ((trio_status)-1001)
#define FAILED_TOO ((trio_status)-1002)

static size_t running;
static size_t running_max;

// Runs a worker, and counts how many do.
static TRIO_CHECKPOINT trio_status work(void *arg)
{
    running++;
    if (running_max < running)
        running_max = running;
    trio_status rc = worker_run(arg);
    running--;
    return rc;
}

#define GATHER(workers, options)                                               \
    trio_gather((workers), COUNT(workers), sizeof((workers)[0]), (options),    \
                work)

// S61
TEST(gather, runs_the_function_for_each_item_at_once)
{
    struct log log = {0};
    struct worker workers[] = {{.delay = 3, .log = &log, .name = 'a'},
                               {.delay = 1, .log = &log, .name = 'b'},
                               {.delay = 2, .log = &log, .name = 'c'}};
    trio_time before = trio_now();

    CHECK_OK(GATHER(workers, NULL));
    CHECK_LOG(log, "bca");
    CHECK_EQ(trio_now() - before, 3);
}

// S61
TEST(gather, runs_no_more_at_once_than_the_limit)
{
    struct worker workers[10];
    static const struct trio_gather_options options = {.limit = 3};

    for (size_t i = 0; i < COUNT(workers); i++)
        workers[i] = (struct worker){.delay = 1 + (trio_duration)i % 4};
    running_max = 0;
    CHECK_OK(GATHER(workers, &options));
    CHECK_EQ(running_max, 3);
    for (size_t i = 0; i < COUNT(workers); i++)
        CHECK(workers[i].ended > 0);
}

// S61
TEST(gather, begins_in_order)
{
    struct log log = {0};
    struct worker workers[5];
    static const struct trio_gather_options options = {.limit = 1};

    for (size_t i = 0; i < COUNT(workers); i++)
        workers[i] = (struct worker){
            .delay = 1, .log = &log, .name = (char)('a' + (int)i)};
    CHECK_OK(GATHER(workers, &options));
    CHECK_LOG(log, "abcde");
}

// S61
TEST(gather, the_first_failure_cancels_the_rest)
{
    struct worker workers[] = {{.delay = 1},
                               {.delay = 2, .result = FAILED},
                               {.delay = 9},
                               {.delay = 9}};
    trio_status statuses[COUNT(workers)];
    struct trio_gather_options options = {.limit = 2, .statuses = statuses};
    trio_time before = trio_now();

    CHECK_STATUS(GATHER(workers, &options), FAILED);
    CHECK_EQ(trio_now() - before, 2);
    CHECK_OK(statuses[0]);
    CHECK_STATUS(statuses[1], FAILED);
    CHECK_STATUS(statuses[2], TRIO_ECANCELED);
    CHECK_STATUS(statuses[3], TRIO_ENOTSTARTED);
}

// S61: started, but cancelled before its first step.
TEST(gather, what_did_not_begin_never_does)
{
    struct worker workers[] = {{.delay = 0}, {.delay = 1}, {.delay = 1}};
    trio_status statuses[COUNT(workers)];
    struct trio_gather_options options = {.statuses = statuses};
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = GATHER(workers, &options);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    for (size_t i = 0; i < COUNT(workers); i++) {
        CHECK_STATUS(statuses[i], TRIO_ENOTSTARTED);
        CHECK_EQ(workers[i].ended, 0);
    }
}

// S61
TEST(gather, that_keeps_going_tells_failures_in_the_statuses_only)
{
    struct worker workers[] = {{.delay = 1, .result = FAILED},
                               {.delay = 2},
                               {.delay = 3, .result = FAILED_TOO}};
    trio_status statuses[COUNT(workers)];
    struct trio_gather_options options = {
        .limit = 1, .statuses = statuses, .keep_going = true};

    CHECK_OK(GATHER(workers, &options));
    CHECK_STATUS(statuses[0], FAILED);
    CHECK_OK(statuses[1]);
    CHECK_STATUS(statuses[2], FAILED_TOO);
}

// S61
TEST(gather, that_keeps_going_is_cancelled_all_the_same)
{
    struct worker workers[] = {
        {.delay = 1, .result = FAILED}, {.delay = 9}, {.delay = 9}};
    trio_status statuses[COUNT(workers)];
    struct trio_gather_options options = {
        .limit = 1, .statuses = statuses, .keep_going = true};
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, 5);
    trio_status rc = GATHER(workers, &options);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_STATUS(statuses[0], FAILED);
    CHECK_STATUS(statuses[1], TRIO_ECANCELED);
    CHECK_STATUS(statuses[2], TRIO_ENOTSTARTED);
}

// S36, S61
TEST(gather, several_failures_become_a_group)
{
    struct worker workers[] = {{.delay = 1, .result = FAILED},
                               {.delay = 1, .result = FAILED_TOO}};

    CHECK_STATUS(GATHER(workers, NULL), TRIO_EGROUP);
    CHECK(trio_error_contains(trio_error_last(), FAILED));
    CHECK(trio_error_contains(trio_error_last(), FAILED_TOO));
}

// S12, S61
TEST(gather, of_nothing_is_a_checkpoint)
{
    uint64_t pass = pass_number();
    struct trio_cancel_scope scope;

    CHECK_OK(trio_gather(NULL, 0, 1, NULL, work));
    CHECK(pass_number() > pass);
    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = trio_gather(NULL, 0, 1, NULL, work);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

// S1, S61: also if the function never waits.
TEST(gather, lets_others_run_between_items)
{
    struct worker workers[100];
    static const struct trio_gather_options options = {.limit = 1};
    uint64_t pass = pass_number();

    memset(workers, 0, sizeof(workers));
    CHECK_OK(trio_gather(workers, COUNT(workers), sizeof(workers[0]), &options,
                         return_status));
    CHECK(pass_number() >= pass + COUNT(workers));
}

TEST(gather, a_stack_that_is_too_large_is_invalid)
{
    static const struct trio_task_options task = {.stack_size = SIZE_MAX};
    struct worker worker = {.delay = 1};
    struct trio_gather_options options = {.task = &task};

    CHECK_STATUS(trio_gather(&worker, 1, sizeof(worker), &options, worker_run),
                 TRIO_EINVAL);
}

static TRIO_CHECKPOINT trio_status gather_without_memory(void *arg)
{
    struct failing_memory *memory = arg;
    struct worker workers[200];
    static trio_status statuses[COUNT(workers)];
    struct trio_gather_options options = {.statuses = statuses};

    memset(workers, 0, sizeof(workers));
    for (size_t i = 0; i < COUNT(workers); i++)
        workers[i].delay = 1;
    memory->fail_at = memory->requests + 20;
    memory->persistent = true;
    CHECK_STATUS(GATHER(workers, &options), TRIO_ENOMEM);
    for (size_t i = 0; i < COUNT(workers); i++)
        CHECK_STATUS(statuses[i], TRIO_ENOTSTARTED);
    return TRIO_OK;
}

// S37, S61
TEST_PLAIN(gather, out_of_memory_begins_nothing)
{
    struct failing_memory memory;
    struct capture capture;

    capture_open(&capture);
    failing_memory_open(&memory, &capture.config);
    CHECK_OK(capture_run(&capture, gather_without_memory, &memory));
    capture_close(&capture);
}
