// A run that is abandoned: from wherever it is, it ends at once, and whoever
// began it goes on with nothing of it left.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include <trio/backend.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

// ---- Who abandons ----

enum from {
    FROM_MAIN,
    FROM_CHILD,
    FROM_EXIT_FUNCTION,
    FROM_ABORT_FUNCTION,
    FROM_ENTRY,
    FROM_PICK,
    FROM_OBSERVER_IN_STEP,
    FROM_OBSERVER_IN_LOOP,
    FROM_TIMER,
    FROM_DEEP_INSIDE,
    FROM_COUNT
};

static const trio_status away = (trio_status)-1234;

struct escape {
    enum from from;
    struct trio_task_exit exit;
    struct trio_entry entry;
    bool armed; // For what comes by more than once.
    int reached;
    size_t living;
};

static struct escape escape;

static bool abandon_in_abort(struct trio_task *task, void *arg)
{
    (void)task;
    (void)arg;
    trio_run_abandon(away);
}

static void abandon_at_exit(struct trio_task_exit *node)
{
    (void)node;
    trio_run_abandon(away);
}

static void abandon_in_entry(struct trio_entry *entry)
{
    (void)entry;
    trio_run_abandon(away);
}

static size_t abandon_in_pick(void *context, struct trio_task *const *tasks,
                              size_t count)
{
    (void)context;
    (void)tasks;
    (void)count;
    if (escape.armed && escape.from == FROM_PICK)
        trio_run_abandon(away);
    return count - 1;
}

static bool abandon_in_note(void *context, const struct trio_note *note)
{
    (void)context;
    if (!escape.armed)
        return true;
    if (escape.from == FROM_OBSERVER_IN_STEP && note->kind == TRIO_NOTE_PARK)
        trio_run_abandon(away);
    if (escape.from == FROM_OBSERVER_IN_LOOP &&
        note->kind == TRIO_NOTE_POLL_BEGIN)
        trio_run_abandon(away);
    if (escape.from == FROM_TIMER && note->kind == TRIO_NOTE_WAKE)
        trio_run_abandon(away);
    return true;
}

static int abandon_below(int depth)
{
    volatile char frame[256];

    memset((char *)frame, depth, sizeof(frame));
    if (depth == 50)
        trio_run_abandon(away);
    if (depth == 0)
        return 0;
    return abandon_below(depth - 1) + frame[depth];
}

static TRIO_CHECKPOINT trio_status escape_now(void *arg)
{
    struct trio_cancel_scope scope;
    struct trio_poster *poster;
    trio_status rc = TRIO_OK;

    (void)arg;
    escape.armed = true;
    trio_cancel_scope_open(&scope);
    switch (escape.from) {
    case FROM_MAIN:
    case FROM_CHILD:
        trio_run_abandon(away);
    case FROM_DEEP_INSIDE:
        abandon_below(100);
        break;
    case FROM_EXIT_FUNCTION:
        trio_task_on_exit(&escape.exit, abandon_at_exit);
        break;
    case FROM_ABORT_FUNCTION:
        trio_cancel_scope_cancel(&scope, NULL);
        rc = trio_park(&test_wait, NULL, abandon_in_abort, NULL);
        break;
    case FROM_ENTRY:
        rc = trio_poster_open(&poster);
        if (rc == TRIO_OK)
            rc = trio_poster_post(poster, &escape.entry);
        trio_poster_close(poster);
        break;
    default:
        rc = trio_sleep(TRIO_MS);
        break;
    }
    if (rc == TRIO_OK && escape.from != FROM_EXIT_FUNCTION)
        rc = trio_sleep_forever();
    return trio_cancel_scope_close(&scope, rc);
}

static TRIO_CHECKPOINT trio_status wait_in_scopes(void *arg)
{
    struct trio_cancel_scope outer, inner;
    volatile char frame[300]; // With red zones around it.

    memset((char *)frame, 1, sizeof(frame));
    trio_fail_after(&outer, TRIO_HOUR);
    trio_shield_after(&inner, TRIO_FOREVER);
    trio_status rc = sleep_forever(arg);
    rc = trio_cancel_scope_close(&inner, rc);
    return trio_cancel_scope_close(&outer, rc);
}

static TRIO_CHECKPOINT trio_status live_and_escape(void *arg)
{
    size_t *living = arg;
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < *living && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, wait_in_scopes, NULL);
    // Some have run, and some have not.
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    for (size_t i = 0; i < 2 && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, wait_in_scopes, NULL);
    if (rc == TRIO_OK && escape.from == FROM_MAIN)
        rc = escape_now(NULL);
    else if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, escape_now, NULL);
    rc = trio_nursery_close(&nursery, rc);
    CHECK(false); // Nobody comes here.
    return rc;
}

static void escape_from(enum from from, size_t living)
{
    struct capture capture;

    memset(&escape, 0, sizeof(escape));
    escape.from = from;
    escape.entry = (struct trio_entry)TRIO_ENTRY_INIT(abandon_in_entry);
    capture_open(&capture);
    capture.config.scheduler.pick = abandon_in_pick;
    capture.config.observer.note = abandon_in_note;
    CHECK_STATUS(capture_run(&capture, live_and_escape, &living), away);
    CHECK(!trio_in_run());
    capture_close(&capture);
}

// S84
TEST_PLAIN(abandon, works_from_everywhere)
{
    for (int from = 0; from < FROM_COUNT; from++)
        escape_from((enum from)from, 3);
}

// S84
TEST_PLAIN(abandon, does_not_mind_many_living_tasks)
{
    for (int from = 0; from < FROM_COUNT; from++)
        escape_from((enum from)from, 1000);
}

// What the sanitizers keep for a task goes with it, too, or they would run out
// of something.
TEST_PLAIN(abandon, leaves_nothing_that_grows)
{
    for (int i = 0; i < 1000; i++)
        escape_from((enum from)(i % FROM_COUNT), 20);
}

// ---- The next run ----

static TRIO_CHECKPOINT trio_status sleep_a_little(void *arg)
{
    (void)arg;
    return trio_sleep(TRIO_SECOND);
}

// S84
TEST_PLAIN(abandon, leaves_the_next_run_alone)
{
    for (int from = 0; from < FROM_COUNT; from++) {
        escape_from((enum from)from, 3);
        CHECK_OK(trio_test(sleep_a_little, NULL));
    }
}

// ---- What the run has asked of its seams ----

static TRIO_CHECKPOINT trio_status read_and_abandon(void *arg)
{
    const int *descriptors = arg;
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, TRIO_MS);
    trio_status rc = trio_wait_readable(descriptors[0]);
    CHECK_STATUS(rc, TRIO_ECANCELED);
    trio_run_abandon(away);
}

static TRIO_CHECKPOINT trio_status wait_for_both(void *arg)
{
    int *descriptors = arg;
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon(&nursery, read_and_abandon, descriptors);
    if (rc == TRIO_OK)
        rc = trio_wait_readable(descriptors[2]);
    return trio_nursery_close(&nursery, rc);
}

// S84
TEST_PLAIN(abandon, works_on_the_real_loop_with_handles_armed)
{
    int descriptors[4];

    REQUIRE(pipe(descriptors) == 0 && pipe(descriptors + 2) == 0);
    for (int i = 0; i < 10; i++)
        CHECK_STATUS(trio_run(wait_for_both, descriptors), away);
    for (size_t i = 0; i < COUNT(descriptors); i++)
        close(descriptors[i]);
}

static struct trio_poster *left_open;
static struct trio_entry left_queued;
static int calls;

static void count_call(struct trio_entry *entry)
{
    (void)entry;
    calls++;
}

static TRIO_CHECKPOINT trio_status post_and_abandon(void *arg)
{
    (void)arg;
    CHECK_OK(trio_poster_open(&left_open));
    CHECK_OK(trio_poster_post(left_open, &left_queued));
    trio_run_abandon(away);
}

static TRIO_CHECKPOINT trio_status post_and_wait(void *arg)
{
    struct trio_poster *poster;

    (void)arg;
    CHECK_OK(trio_poster_open(&poster));
    CHECK_OK(trio_poster_post(poster, &left_queued));
    trio_status rc = trio_wait_all_tasks_blocked(0);
    trio_poster_close(poster);
    return rc;
}

// S49: a poster may outlive its run.
TEST_PLAIN(abandon, a_poster_learns_that_the_run_is_over)
{
    left_queued = (struct trio_entry)TRIO_ENTRY_INIT(count_call);
    calls = 0;
    CHECK_STATUS(trio_run(post_and_abandon, NULL), away);
    CHECK_STATUS(trio_poster_post(left_open, &left_queued), TRIO_ERUNFINISHED);
    trio_poster_close(left_open);
    CHECK_EQ(calls, 0);
    // What was never called is not queued any more: another run may have it.
    CHECK_OK(trio_run(post_and_wait, NULL));
    CHECK_EQ(calls, 1);
}

static TRIO_CHECKPOINT trio_status abandon_at_once(void *arg)
{
    (void)arg;
    trio_run_abandon(away);
}

// S50: the disposition is restored when the run returns.
TEST_PLAIN(abandon, gives_back_ctrl_c)
{
    struct trio_config config = trio_config_platform();
    struct sigaction standard = {.sa_handler = SIG_DFL};
    struct sigaction before, after;

    config.catch_interrupt = true;
    REQUIRE(sigaction(SIGINT, &standard, &before) == 0);
    CHECK_STATUS(trio_run_with(&config, abandon_at_once, NULL), away);
    REQUIRE(sigaction(SIGINT, &before, &after) == 0);
    CHECK(after.sa_handler == SIG_DFL);
}

static struct {
    struct trio_memory platform;
    size_t blocks;
    int begun;
} memory;

static trio_status begin_memory(struct trio_memory *self)
{
    memory.begun++;
    return memory.platform.begin(self);
}

static void end_memory(struct trio_memory *self)
{
    memory.begun--;
    memory.platform.end(self);
}

static void *allocate(void *context, size_t size)
{
    void *block = memory.platform.allocate(context, size);

    memory.blocks += block != NULL;
    return block;
}

static void release(void *context, void *block, size_t size)
{
    memory.blocks -= block != NULL;
    memory.platform.release(context, block, size);
}

// S84
TEST_PLAIN(abandon, gives_the_memory_of_the_run_back)
{
    struct trio_config config = trio_config_platform();

    memset(&memory, 0, sizeof(memory));
    memory.platform = config.memory;
    config.memory.begin = begin_memory;
    config.memory.end = end_memory;
    config.memory.allocate = allocate;
    config.memory.release = release;
    for (size_t living = 0; living < 200; living += 50) {
        memset(&escape, 0, sizeof(escape));
        CHECK_STATUS(trio_run_with(&config, live_and_escape, &living), away);
        CHECK_EQ(memory.begun, 0);
        CHECK_EQ(memory.blocks, 0);
    }
}
