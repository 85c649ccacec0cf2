// What trio/race.h promises, clause by clause, in virtual time.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/race.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/failing_memory.h"
#include "tests/tasks.h"

#define FAILED ((trio_status)-1001)
#define FAILED_TOO ((trio_status)-1002)

enum { NOBODY = 99 };

static struct log discarded;

static void discard(void *item)
{
    log_add(&discarded, ((struct worker *)item)->name);
}

static const struct trio_race_options give_back = {.discard = discard};

#define RACE(workers, ret_winner)                                              \
    trio_race((workers), COUNT(workers), sizeof((workers)[0]), &give_back,     \
              worker_run, (ret_winner))

// S62
TEST(race, the_first_success_wins_and_the_others_are_cancelled)
{
    struct log log = {0};
    struct worker workers[] = {{.delay = 9, .log = &log, .name = 'a'},
                               {.delay = 2, .log = &log, .name = 'b'},
                               {.delay = 5, .log = &log, .name = 'c'}};
    size_t winner = NOBODY;
    trio_time before = trio_now();

    CHECK_OK(RACE(workers, &winner));
    CHECK_EQ(winner, 1);
    CHECK_EQ(trio_now() - before, 2);
    log_sort(&log); // Both were awaited.
    CHECK_LOG(log, "ACb");
}

// S62
TEST(race, a_failure_leaves_the_others_in_it)
{
    struct worker workers[] = {{.delay = 1, .result = FAILED},
                               {.delay = 3},
                               {.delay = 2, .result = FAILED_TOO}};
    size_t winner = NOBODY;

    CHECK_OK(RACE(workers, &winner));
    CHECK_EQ(winner, 1);
}

// S62
TEST(race, that_all_lose_returns_all_failures)
{
    struct worker workers[] = {{.delay = 1, .result = FAILED},
                               {.delay = 3, .result = FAILED_TOO},
                               {.delay = 2, .result = FAILED}};
    size_t winner = NOBODY;
    size_t leaves = 0;

    CHECK_STATUS(RACE(workers, &winner), TRIO_EGROUP);
    CHECK_EQ(winner, NOBODY);
    const struct trio_error *error = trio_error_last();
    for (const struct trio_error *node = error; node != NULL;
         node = trio_error_next(error, node))
        leaves += node->children == NULL;
    CHECK_EQ(leaves, 3);
    CHECK_STATUS(trio_error_cause(error)->status, FAILED);
    if (check_is_fifo()) // In the order of failing.
        CHECK_STATUS(error->children->next->next->status, FAILED_TOO);
}

// S62
TEST(race, that_all_lose_alike_returns_that_status)
{
    struct worker workers[] = {{.delay = 1, .result = FAILED},
                               {.delay = 1, .result = FAILED}};
    size_t winner = NOBODY;

    CHECK_STATUS(RACE(workers, &winner), FAILED);
    CHECK_EQ(winner, NOBODY);
}

// Fails, and says why.
static TRIO_CHECKPOINT trio_status fail_with_a_record(void *arg)
{
    const struct worker *worker = arg;

    trio_status rc = trio_sleep(worker->delay);
    return rc == TRIO_OK ? trio_fail(FAILED, "%c", worker->name) : rc;
}

// S36, S62
TEST(race, that_is_lost_keeps_what_was_recorded)
{
    struct worker workers[] = {{.delay = 1, .name = 'a'},
                               {.delay = 2, .name = 'b'}};
    size_t winner = NOBODY;

    CHECK_STATUS(trio_race(workers, 2, sizeof(workers[0]), NULL,
                           fail_with_a_record, &winner),
                 FAILED);
    CHECK_STRING(trio_error_cause(trio_error_last())->text, "a");
}

static TRIO_MUST_USE trio_status count_calls(void *arg)
{
    ++*(int *)arg;
    return TRIO_OK;
}

// S62
TEST(race, what_did_not_begin_before_it_was_won_never_does)
{
    int calls[] = {0, 0, 0};
    size_t winner = NOBODY;

    CHECK_OK(trio_race(calls, 3, sizeof(calls[0]), NULL, count_calls, &winner));
    CHECK_EQ(winner, 0);
    CHECK_EQ(calls[0] + calls[1] + calls[2], 1);
}

// Succeeds also when it is cancelled.
static TRIO_CHECKPOINT trio_status succeed(void *arg)
{
    struct worker *worker = arg;

    trio_ignore(trio_sleep(worker->delay));
    return TRIO_OK;
}

// S62
TEST(race, a_loser_that_succeeds_too_is_discarded)
{
    struct worker workers[] = {{.delay = 9, .name = 'a'},
                               {.delay = 1, .name = 'b'},
                               {.delay = 9, .name = 'c'}};
    size_t winner = NOBODY;

    discarded = (struct log){0};
    CHECK_OK(trio_race(workers, COUNT(workers), sizeof(workers[0]), &give_back,
                       succeed, &winner));
    CHECK_EQ(winner, 1);
    log_sort(&discarded);
    CHECK_LOG(discarded, "ac");
}

// S14, S62
TEST(race, cancelled_at_entry_nobody_begins)
{
    struct worker workers[] = {{.delay = 0}, {.delay = 0}};
    struct trio_cancel_scope scope;
    size_t winner = NOBODY;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, NULL);
    trio_status rc = RACE(workers, &winner);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_EQ(winner, NOBODY);
    CHECK_EQ(workers[0].ended + workers[1].ended, 0);
}

// S62: also where somebody has failed: that decides nothing.
TEST(race, cancelled_before_anybody_won_it_is_cancelled)
{
    struct worker workers[] = {
        {.delay = 1, .result = FAILED}, {.delay = 9}, {.delay = 9}};
    struct trio_cancel_scope scope;
    size_t winner = NOBODY;

    trio_move_on_after(&scope, 5);
    trio_status rc = RACE(workers, &winner);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(trio_cancel_scope_caught(&scope));
    CHECK_EQ(winner, NOBODY);
}

// Fails in any case, cancelled or not.
static TRIO_CHECKPOINT trio_status fail(void *arg)
{
    const struct worker *worker = arg;

    trio_ignore(trio_sleep(worker->delay));
    return FAILED;
}

// S62
TEST(race, cancelled_it_is_not_lost_by_those_that_fail_for_it)
{
    struct worker workers[] = {{.delay = 1}, {.delay = 9}};
    struct trio_cancel_scope scope;
    size_t winner = NOBODY;

    trio_move_on_after(&scope, 5);
    trio_status rc =
        trio_race(workers, 2, sizeof(workers[0]), NULL, fail, &winner);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
}

struct photo_finish {
    struct trio_cancel_scope *scope;
    bool first;
};

// Wins, and cancels the caller of the race in the same step.
static TRIO_CHECKPOINT trio_status win_and_cancel(void *arg)
{
    const struct photo_finish *item = arg;

    if (!item->first)
        return trio_sleep_forever();
    trio_status rc = trio_sleep(1);
    trio_cancel_scope_cancel(item->scope, NULL);
    return rc;
}

// S14, S62
TEST(race, cancelled_in_the_winning_instant_it_is_won)
{
    struct trio_cancel_scope scope;
    struct photo_finish items[] = {{&scope, false}, {&scope, true}};
    size_t winner = NOBODY;

    trio_cancel_scope_open(&scope);
    trio_status rc =
        trio_race(items, 2, sizeof(items[0]), NULL, win_and_cancel, &winner);
    CHECK_OK(rc);
    CHECK_EQ(winner, 1);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(!trio_cancel_scope_caught(&scope)); // Nothing was left undone.
}

// Wins some time after the caller was cancelled, when the other has ended.
static TRIO_CHECKPOINT trio_status cancel_and_win(void *arg)
{
    const struct photo_finish *item = arg;
    struct trio_cancel_scope shield;

    if (!item->first)
        return trio_sleep_forever();
    trio_cancel_scope_cancel(item->scope, NULL);
    trio_shield_after(&shield, TRIO_FOREVER);
    return trio_cancel_scope_close(&shield, trio_sleep(5));
}

// S14, S31, S62: what was won is the caller's, also behind a scope that has to
// succeed.
TEST(race, won_after_a_cancellation_the_scope_around_it_has_succeeded)
{
    struct trio_cancel_scope scope;
    struct photo_finish items[] = {{&scope, false}, {&scope, true}};
    size_t winner = NOBODY;

    trio_fail_after(&scope, TRIO_FOREVER);
    trio_status rc =
        trio_race(items, 2, sizeof(items[0]), NULL, cancel_and_win, &winner);
    CHECK_OK(rc);
    CHECK_EQ(winner, 1);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK(!trio_cancel_scope_caught(&scope));
}

// S16, S62
TEST(race, of_nobody_is_an_error_and_a_checkpoint)
{
    uint64_t pass = pass_number();
    size_t winner = NOBODY;

    CHECK_STATUS(trio_race(NULL, 0, 1, NULL, worker_run, &winner), TRIO_EINVAL);
    CHECK(pass_number() > pass);
    CHECK_EQ(winner, NOBODY);
}

// ---- Everything made is either won or given back ----

enum { RUNNERS = 5 };

struct runner {
    int *made;
    bool won;
};

static void unmake(void *item)
{
    struct runner *runner = item;
    --*runner->made;
}

static TRIO_CHECKPOINT trio_status make(void *arg)
{
    struct runner *runner = arg;

    if (trio_random_below(3) == 0) {
        trio_cancel_shielded_checkpoint();
    } else {
        trio_status rc = trio_sleep((trio_duration)trio_random_below(4));
        if (rc != TRIO_OK)
            return rc;
    }
    if (trio_random_below(2) == 0)
        return FAILED;
    ++*runner->made;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status race_under_a_deadline(void *arg)
{
    static const struct trio_race_options options = {.discard = unmake};
    struct runner runners[RUNNERS];
    struct trio_cancel_scope scope;
    int made = 0;
    size_t winner = NOBODY;

    (void)arg;
    for (size_t i = 0; i < RUNNERS; i++)
        runners[i] = (struct runner){.made = &made};
    trio_move_on_after(&scope, (trio_duration)trio_random_below(4));
    trio_status rc = trio_race(runners, RUNNERS, sizeof(runners[0]), &options,
                               make, &winner);
    CHECK(rc == TRIO_OK || rc == FAILED || rc == TRIO_ECANCELED);
    CHECK_EQ(made, rc == TRIO_OK);
    CHECK_EQ(winner != NOBODY, rc == TRIO_OK);
    trio_ignore(trio_cancel_scope_close(&scope, rc));
    return TRIO_OK;
}

// S62: cancelled at any moment; 1,000 seeds.
TEST_SEEDED(race, what_was_made_is_won_or_given_back)
{
    for (uint64_t i = 0; i < 10; i++)
        CHECK_OK(trio_test_seeded(check_seed() * 10 + i, race_under_a_deadline,
                                  NULL));
}

static TRIO_CHECKPOINT trio_status begin_and_win(void *begun)
{
    *(bool *)begun = true;
    return TRIO_OK;
}

TEST(race, what_has_not_begun_when_somebody_wins_is_left_alone)
{
    bool begun[3] = {false};
    size_t winner = NOBODY;
    int count = 0;

    CHECK_OK(trio_race(begun, COUNT(begun), sizeof(begun[0]), NULL,
                       begin_and_win, &winner));
    for (size_t i = 0; i < COUNT(begun); i++)
        count += begun[i];
    CHECK_EQ(count, 1);
    CHECK(begun[winner]);
}

TEST(race, a_stack_that_is_too_large_is_invalid)
{
    static const struct trio_task_options task = {.stack_size = SIZE_MAX};
    struct trio_race_options options = {.task = &task};
    bool begun = false;
    size_t winner = NOBODY;

    CHECK_STATUS(trio_race(&begun, 1, sizeof(begun), &options, begin_and_win,
                           &winner),
                 TRIO_EINVAL);
    CHECK_EQ(winner, NOBODY);
    CHECK(!begun);
}

static TRIO_CHECKPOINT trio_status race_without_memory(void *arg)
{
    struct failing_memory *memory = arg;
    struct worker workers[200] = {{.delay = 0}};
    size_t winner = NOBODY;

    memory->fail_at = memory->requests + 20;
    memory->persistent = true;
    CHECK_STATUS(RACE(workers, &winner), TRIO_ENOMEM);
    CHECK_EQ(winner, NOBODY);
    return TRIO_OK;
}

// S37, S62
TEST_PLAIN(race, out_of_memory_is_won_by_nobody)
{
    struct failing_memory memory;
    struct capture capture;

    capture_open(&capture);
    failing_memory_open(&memory, &capture.config);
    CHECK_OK(capture_run(&capture, race_without_memory, &memory));
    capture_close(&capture);
}
