// The seam of a scheduler: when it is asked, about whom, and what becomes of
// those that it does not take.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/backend.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

enum { PICKS_MAX = 64 };

// Takes what `choices` say, else the first; writes down what it was shown.
struct chooser {
    const size_t *choices;
    size_t choice_count;
    size_t picks;
    size_t counts[PICKS_MAX];
    uint64_t lines[PICKS_MAX][8]; // Numbers of the tasks, in their order.
};

static size_t choose_next(void *context, struct trio_task *const *tasks,
                          size_t count)
{
    struct chooser *chooser = context;
    size_t pick = chooser->picks++;

    CHECK(count >= 1 && count <= 8 && pick < PICKS_MAX);
    chooser->counts[pick] = count;
    for (size_t i = 0; i < count; i++)
        chooser->lines[pick][i] = trio_task_number(tasks[i]);
    return pick < chooser->choice_count ? chooser->choices[pick] : 0;
}

static void run_with_chooser(struct chooser *chooser, bool single_steps,
                             trio_task_fn fn, void *arg)
{
    struct capture capture;

    capture_open(&capture);
    capture.config.scheduler = (struct trio_scheduler){
        .context = chooser, .pick = choose_next, .single_steps = single_steps};
    CHECK_OK(capture_run(&capture, fn, arg));
    capture_close(&capture);
}

static TRIO_CHECKPOINT trio_status yield_thrice(void *arg)
{
    trio_status rc = TRIO_OK;

    (void)arg;
    for (int i = 0; i < 3 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    return rc;
}

// S85
TEST_PLAIN(scheduler, a_scheduler_is_asked_for_each_step_also_with_one_task)
{
    struct chooser chooser = {.choices = NULL};

    run_with_chooser(&chooser, false, yield_thrice, NULL);
    CHECK_EQ(chooser.picks, 4);
    for (size_t i = 0; i < chooser.picks; i++)
        CHECK_EQ(chooser.counts[i], 1);
}

static TRIO_CHECKPOINT trio_status start_four(void *arg)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 4 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, yield_thrice, arg);
    return trio_nursery_close(&nursery, rc);
}

static void check_line(const struct chooser *chooser, size_t pick,
                       const uint64_t *line, size_t count)
{
    CHECK_EQ(chooser->counts[pick], count);
    for (size_t i = 0; i < count; i++)
        CHECK_EQ(chooser->lines[pick][i], line[i]);
}

// S85
TEST_PLAIN(scheduler, who_is_passed_over_in_a_pass_stays_first_in_line)
{
    static const size_t choices[] = {0, 2, 1, 0, 0};
    struct chooser chooser = {.choices = choices,
                              .choice_count = COUNT(choices)};

    run_with_chooser(&chooser, false, start_four, NULL);
    check_line(&chooser, 1, (const uint64_t[]){2, 3, 4, 5}, 4);
    check_line(&chooser, 2, (const uint64_t[]){2, 3, 5}, 3);
    check_line(&chooser, 3, (const uint64_t[]){2, 5}, 2);
    check_line(&chooser, 4, (const uint64_t[]){5}, 1);
    // Who has had its step is in the next pass, in the order of the steps.
    check_line(&chooser, 5, (const uint64_t[]){4, 3, 2, 5}, 4);
}

// S85
TEST_PLAIN(scheduler, with_single_steps_a_pass_is_one_step)
{
    static const size_t choices[] = {0, 2, 3, 0, 2, 0};
    struct chooser chooser = {.choices = choices,
                              .choice_count = COUNT(choices)};

    run_with_chooser(&chooser, true, start_four, NULL);
    // Who was not taken stays before who comes later.
    check_line(&chooser, 1, (const uint64_t[]){2, 3, 4, 5}, 4);
    check_line(&chooser, 2, (const uint64_t[]){2, 3, 5, 4}, 4);
    check_line(&chooser, 3, (const uint64_t[]){2, 3, 5, 4}, 4);
    check_line(&chooser, 4, (const uint64_t[]){3, 5, 4, 2}, 4);
    check_line(&chooser, 5, (const uint64_t[]){3, 5, 2, 4}, 4);
    check_line(&chooser, 6, (const uint64_t[]){5, 2, 4, 3}, 4);
}

// Wakes who is parked once, and has the loop look again.
struct waker {
    struct trio_task *parked; // NULL: nobody any more.
    size_t before;            // In line when it was woken,
    size_t after;             // and when it was asked again.
    uint64_t passes;          // When it was asked last.
};

static size_t wake_and_look(void *context, struct trio_task *const *tasks,
                            size_t count)
{
    struct waker *waker = context;
    uint64_t passes = trio_run_statistics().passes;
    bool is_first = passes != waker->passes;

    (void)tasks;
    waker->passes = passes;
    if (waker->before > 0 && waker->after == 0)
        waker->after = count;
    if (waker->parked == NULL || !is_first)
        return 0;
    trio_wake(waker->parked, TRIO_OK);
    waker->parked = NULL;
    waker->before = count;
    return count;
}

static TRIO_CHECKPOINT trio_status be_parked(void *arg)
{
    static const struct trio_wait wait = {"be woken", TRIO_ACCESS_READ, NULL};
    struct waker *waker = arg;

    waker->parked = trio_task_current();
    return trio_park(&wait, NULL, NULL, NULL);
}

static TRIO_CHECKPOINT trio_status park_beside_one(void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, be_parked, arg);
    if (rc == TRIO_OK)
        rc = yield_thrice(NULL);
    return trio_nursery_close(&nursery, rc);
}

// S85
TEST_PLAIN(scheduler, who_has_the_loop_look_again_may_choose_whom_that_wakes)
{
    for (int single = 0; single < 2; single++) {
        struct capture capture;
        struct waker waker = {.parked = NULL};

        capture_open(&capture);
        capture.config.scheduler =
            (struct trio_scheduler){.context = &waker,
                                    .pick = wake_and_look,
                                    .single_steps = single != 0};
        CHECK_OK(capture_run(&capture, park_beside_one, &waker));
        CHECK_EQ(waker.before, 1);
        CHECK_EQ(waker.after, 2);
        capture_close(&capture);
    }
}

static TRIO_CHECKPOINT trio_status count_passes(void *arg)
{
    uint64_t *passes = arg;

    *passes = pass_number();
    trio_status rc = start_four(NULL);
    *passes = pass_number() - *passes;
    return rc;
}

// S85
TEST_PLAIN(scheduler, with_single_steps_passes_are_counted_as_steps_are)
{
    struct chooser chooser = {.choices = NULL};
    uint64_t passes = 0;

    run_with_chooser(&chooser, true, count_passes, &passes);
    CHECK_EQ(passes, 4 * 4 + 1);
}

// ---- S85: soft points ----

static TRIO_CHECKPOINT trio_status write_at_points(void *arg)
{
    struct worker *worker = arg;

    log_add(worker->log, worker->name);
    TRIO_SIM_POINT(worker->log, TRIO_ACCESS_WRITE);
    log_add(worker->log, worker->name);
    TRIO_SIM_POINT(worker->log, TRIO_ACCESS_WRITE);
    log_add(worker->log, worker->name);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_two_with_points(void *arg)
{
    struct worker workers[2] = {{.log = arg, .name = 'a'},
                                {.log = arg, .name = 'b'}};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon(&nursery, write_at_points, &workers[0]);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, write_at_points, &workers[1]);
    return trio_nursery_close(&nursery, rc);
}

static void write_points(const size_t *choices, size_t count, bool soft,
                         const char *expected)
{
    struct chooser chooser = {.choices = choices, .choice_count = count};
    struct log log = {0};
    struct capture capture;

    capture_open(&capture);
    capture.config.scheduler = (struct trio_scheduler){.context = &chooser,
                                                       .pick = choose_next,
                                                       .single_steps = true,
                                                       .soft_points = soft};
    CHECK_OK(capture_run(&capture, run_two_with_points, &log));
    CHECK_LOG(log, expected);
    capture_close(&capture);
}

// S85
TEST_PLAIN(scheduler, at_a_soft_point_others_may_come_and_who_came_stays_first)
{
    static const size_t choices[] = {0, 0, 1, 1, 1, 1};

    write_points(NULL, 0, true, "aaabbb");
    write_points(choices, COUNT(choices), true, "ababab");
    write_points(choices, 2, false, "aaabbb");
}

// ---- What a scheduler may do ----

static trio_status do_nothing(void *arg)
{
    (void)arg;
    return TRIO_OK;
}

// Starts many tasks, and then looks at those that it was shown.
static size_t start_and_choose(void *context, struct trio_task *const *tasks,
                               size_t count)
{
    uint64_t *left = context;
    uint64_t sum = 0;

    for (; *left > 0; --*left)
        CHECK_OK(trio_system_task_start(NULL, do_nothing, NULL));
    for (size_t i = 0; i < count; i++)
        sum += trio_task_number(tasks[i]);
    return (size_t)(sum % count);
}

// S85
TEST_PLAIN(scheduler, one_may_start_tasks_like_an_entry)
{
    for (int single_steps = 0; single_steps < 2; single_steps++) {
        uint64_t left = 200;
        struct capture capture;

        capture_open(&capture);
        capture.config.scheduler =
            (struct trio_scheduler){.context = &left,
                                    .pick = start_and_choose,
                                    .single_steps = single_steps != 0};
        CHECK_OK(capture_run(&capture, start_four, NULL));
        CHECK_EQ(left, 0);
        capture_close(&capture);
    }
}
