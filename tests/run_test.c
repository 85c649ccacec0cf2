// A run from outside: its status, its threads, what it knows of itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>

#include <pthread.h>
#include <stddef.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/check_death.h"
#include "tests/tasks.h"

// S7
TEST_SEEDED(run, returns_the_status_of_its_main_task)
{
    static const trio_status statuses[] = {TRIO_OK, TRIO_EIO,
                                           (trio_status)-1001};

    for (size_t i = 0; i < COUNT(statuses); i++) {
        struct capture capture;
        trio_status status = statuses[i];

        capture_open(&capture);
        CHECK_STATUS(capture_run(&capture, return_status, &status), status);
        CHECK((capture.error != NULL) == (status != TRIO_OK));
        if (capture.error != NULL)
            CHECK(trio_error_only(capture.error, status));
        capture_close(&capture);
    }
}

// S7
TEST_PLAIN(run, on_the_platform_returns_the_status_of_its_main_task)
{
    trio_status status = TRIO_OK;

    CHECK_OK(trio_run(return_status, &status));
}

static trio_status look_round(void *arg)
{
    *(bool *)arg = trio_in_run();
    return TRIO_OK;
}

TEST_SEEDED(run, in_run_holds_inside_only)
{
    bool inside = false;

    CHECK(!trio_in_run());
    CHECK_OK(trio_test_seeded(check_seed(), look_round, &inside));
    CHECK(inside);
    CHECK(!trio_in_run());
}

static TRIO_CHECKPOINT trio_status sleep_often(void *arg)
{
    int *count = arg;

    for (int i = 0; i < 100; i++) {
        trio_status rc = trio_sleep(TRIO_SECOND);
        if (rc != TRIO_OK)
            return rc;
        *count += 1;
    }
    return TRIO_OK;
}

struct thread {
    pthread_t id;
    int count;
    trio_status rc;
};

static void *run_in_thread(void *arg)
{
    struct thread *thread = arg;

    thread->rc = trio_test_seeded(7, sleep_often, &thread->count);
    return NULL;
}

// S7
TEST_PLAIN(run, every_thread_may_have_its_own)
{
    struct thread threads[4];

    for (size_t i = 0; i < COUNT(threads); i++) {
        threads[i] = (struct thread){.rc = TRIO_EINVAL};
        REQUIRE(pthread_create(&threads[i].id, NULL, run_in_thread,
                               &threads[i]) == 0);
    }
    for (size_t i = 0; i < COUNT(threads); i++) {
        pthread_join(threads[i].id, NULL);
        CHECK_OK(threads[i].rc);
        CHECK_EQ(threads[i].count, 100);
    }
}

static void *nest_thread(void *arg)
{
    struct thread thread = {.rc = TRIO_EINVAL};

    run_in_thread(&thread);
    *(trio_status *)arg = thread.rc;
    return NULL;
}

// S7
TEST_REAL(run, another_thread_may_have_one_while_this_one_runs)
{
    trio_status rc = TRIO_EINVAL;
    pthread_t thread;

    REQUIRE(pthread_create(&thread, NULL, nest_thread, &rc) == 0);
    CHECK_OK(trio_sleep(TRIO_MS));
    pthread_join(thread, NULL);
    CHECK_OK(rc);
}

// ---- S11: statistics ----

static void do_nothing(struct trio_entry *entry)
{
    (void)entry;
}

// S11
TEST(run, statistics_count_tasks_deadlines_and_entries)
{
    struct worker workers[3];
    struct trio_entry entry = TRIO_ENTRY_INIT(do_nothing);
    struct trio_poster *poster;
    struct trio_nursery nursery;
    struct trio_run_statistics before = trio_run_statistics();

    CHECK_EQ(before.tasks_living, 1);
    CHECK_EQ(before.next_deadline_after, TRIO_FOREVER);
    CHECK_STRING(before.world, "simulated");
    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(workers); i++) {
        workers[i] =
            (struct worker){.delay = (trio_duration)(i + 1) * TRIO_SECOND};
        CHECK_OK(trio_nursery_start_soon(&nursery, worker_run, &workers[i]));
    }
    CHECK_EQ(trio_run_statistics().tasks_living, 4);
    CHECK(trio_run_statistics().tasks_runnable >= 3);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_EQ(trio_run_statistics().next_deadline_after, TRIO_SECOND);
    CHECK_OK(trio_sleep(TRIO_MS));
    CHECK_EQ(trio_run_statistics().next_deadline_after, 999 * TRIO_MS);
    CHECK_OK(trio_poster_open(&poster));
    CHECK_OK(trio_poster_post(poster, &entry));
    CHECK_EQ(trio_run_statistics().entries_queued, 1);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    struct trio_run_statistics after = trio_run_statistics();
    CHECK_EQ(after.tasks_living, 1);
    CHECK_EQ(after.entries_queued, 0);
    CHECK(after.passes > before.passes);
    CHECK(after.steps > before.steps);
    CHECK(after.steps >= after.passes);
    trio_poster_close(poster);
}

static trio_status read_world(void *arg)
{
    (void)arg;
    CHECK(trio_run_statistics().world[0] != '\0');
    CHECK(strcmp(trio_run_statistics().world, "simulated") != 0);
    CHECK_EQ(trio_run_statistics().world_waiters, 0);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status count_runnable(void *arg)
{
    size_t *most = arg;
    size_t now = trio_run_statistics().tasks_runnable;

    if (now > *most)
        *most = now;
    return TRIO_OK;
}

// S11
TEST(run, statistics_count_who_is_yet_to_run_in_this_pass)
{
    struct trio_nursery nursery;
    size_t most = 0;

    trio_nursery_open(&nursery);
    for (int i = 0; i < 4; i++)
        CHECK_OK(trio_nursery_start_soon(&nursery, count_runnable, &most));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_EQ(most, 3);
}

// S11
TEST_PLAIN(run, statistics_name_the_world)
{
    CHECK_OK(trio_run(read_world, NULL));
}

// ---- Beginning ----

static trio_status refuse_to_begin(struct trio_world *world)
{
    (void)world;
    return TRIO_EMFILE;
}

static trio_status must_not_run(void *arg)
{
    (void)arg;
    CHECK(false);
    return TRIO_OK;
}

TEST_PLAIN(run, a_world_that_does_not_begin_is_the_runs_status)
{
    struct capture capture;

    capture_open(&capture);
    capture.config.world.begin = refuse_to_begin;
    CHECK_STATUS(capture_run(&capture, must_not_run, NULL), TRIO_EMFILE);
    CHECK(!trio_in_run());
    capture_close(&capture);
}

// ---- What a config has to have ----

#define MEMBER(name)                                                           \
    {                                                                          \
#name, offsetof(struct trio_config, name)                              \
    }

static const struct {
    const char *name;
    size_t offset;
} needed[] = {
    MEMBER(clock.now),
    MEMBER(clock.until),
    MEMBER(world.io),
    MEMBER(world.net),
    MEMBER(world.jobs),
    MEMBER(memory.allocate),
    MEMBER(memory.release),
    MEMBER(memory.stack_reserve),
    MEMBER(memory.stack_unreserve),
    MEMBER(memory.stack_take),
    MEMBER(memory.stack_give),
    MEMBER(memory.stack_trim),
    MEMBER(random.next),
    MEMBER(report.line),
    MEMBER(report.format),
    MEMBER(report.place),
    MEMBER(report.stop),
};

static size_t left_out; // Which of them is not there.

static void run_without_it(void)
{
    struct trio_config config = trio_config_platform();
    trio_status status = TRIO_OK;

    // All of them are pointers.
    memset((char *)&config + needed[left_out].offset, 0, sizeof(void *));
    trio_ignore(trio_run_with(&config, return_status, &status));
}

TEST_PLAIN(run, each_member_of_a_config_that_is_missing_is_named)
{
    for (left_out = 0; left_out < COUNT(needed); left_out++)
        CHECK_DIES(run_without_it, "every member of a trio_config is needed",
                   needed[left_out].name);
}
