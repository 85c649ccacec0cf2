// The entry queue: what other threads and signal handlers can count on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include <trio/entry.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "tests/capture.h"
#include "tests/check.h"
#include "tests/tasks.h"

struct letter {
    struct trio_entry entry; // First.
    struct log *log;
    char name;
    struct trio_poster *poster;
    int again; // How often it posts itself again.
};

static void write_letter(struct trio_entry *entry)
{
    struct letter *letter = (struct letter *)entry;

    log_add(letter->log, letter->name);
    if (letter->again-- > 0)
        CHECK_OK(trio_poster_post(letter->poster, entry));
}

static struct letter make_letter(struct log *log, char name,
                                 struct trio_poster *poster)
{
    return (struct letter){TRIO_ENTRY_INIT(write_letter), log, name, poster, 0};
}

static struct trio_poster *open_poster(void)
{
    struct trio_poster *poster = NULL;

    REQUIRE(trio_poster_open(&poster) == TRIO_OK);
    return poster;
}

// S49
TEST(entry, entries_run_in_order_and_never_inside_the_post)
{
    struct log log = {0};
    struct trio_poster *poster = open_poster();
    struct letter letters[3];

    for (int i = 0; i < 3; i++) {
        letters[i] = make_letter(&log, (char)('a' + i), poster);
        CHECK_OK(trio_poster_post(poster, &letters[i].entry));
    }
    CHECK_LOG(log, "");
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(log, "abc");
    trio_poster_close(poster);
}

// S49
TEST(entry, one_that_is_queued_stays_where_it_is)
{
    struct log log = {0};
    struct trio_poster *poster = open_poster();
    struct letter first = make_letter(&log, 'a', poster);
    struct letter second = make_letter(&log, 'b', poster);

    CHECK_OK(trio_poster_post(poster, &first.entry));
    CHECK_OK(trio_poster_post(poster, &second.entry));
    CHECK_OK(trio_poster_post(poster, &first.entry));
    CHECK_EQ(trio_run_statistics().entries_queued, 2);
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(log, "ab");
    CHECK_EQ(trio_run_statistics().entries_queued, 0);
    trio_poster_close(poster);
}

// S49
TEST(entry, one_that_is_being_called_can_be_posted_again)
{
    struct log log = {0};
    struct trio_poster *poster = open_poster();
    struct letter letter = make_letter(&log, 'a', poster);

    letter.again = 3;
    CHECK_OK(trio_poster_post(poster, &letter.entry));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_LOG(log, "aaaa");
    trio_poster_close(poster);
}

struct endless {
    struct trio_entry entry;
    struct trio_poster *poster;
    bool stop;
};

static void post_again(struct trio_entry *entry)
{
    struct endless *endless = (struct endless *)entry;

    if (!endless->stop)
        CHECK_OK(trio_poster_post(endless->poster, entry));
}

// S49
TEST(entry, one_that_always_posts_itself_does_not_starve_the_tasks)
{
    struct trio_poster *poster = open_poster();
    struct endless endless = {TRIO_ENTRY_INIT(post_again), poster, false};

    CHECK_OK(trio_poster_post(poster, &endless.entry));
    for (int i = 0; i < 10; i++)
        CHECK_OK(trio_checkpoint());
    endless.stop = true;
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    trio_poster_close(poster);
}

struct freed {
    struct trio_entry entry;
    bool called;
};

static void overwrite(struct trio_entry *entry)
{
    struct freed *freed = (struct freed *)entry;

    memset(entry, 0xff, sizeof(*entry)); // As if it had been freed.
    freed->called = true;
}

// S49
TEST(entry, one_that_was_called_is_not_touched_afterwards)
{
    struct log log = {0};
    struct trio_poster *poster = open_poster();
    struct freed freed = {TRIO_ENTRY_INIT(overwrite), false};
    struct letter after = make_letter(&log, 'a', poster);

    CHECK_OK(trio_poster_post(poster, &freed.entry));
    CHECK_OK(trio_poster_post(poster, &after.entry));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK(freed.called);
    CHECK_LOG(log, "a");
    trio_poster_close(poster);
}

// ---- After the end ----

static trio_status leave_poster(void *arg)
{
    *(struct trio_poster **)arg = open_poster();
    return TRIO_OK;
}

// S9 S49
TEST_SEEDED(entry, a_poster_may_outlive_its_run)
{
    struct log log = {0};
    struct trio_poster *poster = NULL;

    CHECK_OK(trio_test_seeded(check_seed(), leave_poster, &poster));
    struct letter letter = make_letter(&log, 'a', poster);
    CHECK_STATUS(trio_poster_post(poster, &letter.entry), TRIO_ERUNFINISHED);
    CHECK_LOG(log, "");
    trio_poster_close(poster);
    trio_poster_close(NULL);
}

struct last_words {
    struct log log;
    struct letter letter;
    struct trio_poster *poster;
};

static trio_status post_and_end(void *arg)
{
    struct last_words *words = arg;

    words->poster = open_poster();
    words->letter = make_letter(&words->log, 'a', words->poster);
    CHECK_OK(trio_poster_post(words->poster, &words->letter.entry));
    return TRIO_OK;
}

// S9 S49
TEST_SEEDED(entry, what_was_accepted_runs_also_at_the_end)
{
    struct last_words words = {.log = {{0}, 0}};

    CHECK_OK(trio_test_seeded(check_seed(), post_and_end, &words));
    CHECK_LOG(words.log, "a");
    trio_poster_close(words.poster);
}

static trio_status post_endlessly_and_end(void *arg)
{
    struct endless *endless = arg;

    endless->poster = open_poster();
    CHECK_OK(trio_poster_post(endless->poster, &endless->entry));
    return TRIO_OK;
}

static void post_until_refused(struct trio_entry *entry)
{
    struct endless *endless = (struct endless *)entry;

    if (trio_poster_post(endless->poster, entry) == TRIO_ERUNFINISHED)
        endless->stop = true;
}

// S9
TEST_SEEDED(entry, the_last_entries_run_once_and_then_posts_are_refused)
{
    struct endless endless = {TRIO_ENTRY_INIT(post_until_refused), NULL, false};

    CHECK_OK(trio_test_seeded(check_seed(), post_endlessly_and_end, &endless));
    CHECK(endless.stop);
    trio_poster_close(endless.poster);
}

// ---- S8: what a callback may do ----

struct powers {
    struct trio_entry entry;
    struct trio_nursery *nursery;
    struct trio_cancel_scope *scope;
    struct trio_parking_lot lot;
    struct trio_task *parked;
    struct worker started;
    trio_time now;
    bool called;
    bool in_run;
};

static void use_powers(struct trio_entry *entry)
{
    struct powers *powers = (struct powers *)entry;

    powers->called = true;
    powers->in_run = trio_in_run();
    powers->now = trio_now();
    CHECK_OK(
        trio_nursery_start_soon(powers->nursery, worker_run, &powers->started));
    trio_cancel_scope_extend_after(powers->scope, TRIO_HOUR);
    trio_cancel_scope_cancel(powers->scope, "by an entry");
    CHECK(trio_parking_lot_unpark_one(&powers->lot));
    trio_wake(powers->parked, TRIO_EEND);
    CHECK(trio_run_statistics().tasks_living > 0);
}

static TRIO_CHECKPOINT trio_status park_in(void *lot)
{
    return trio_parking_lot_park(lot, &test_wait, NULL);
}

struct sleeper {
    struct trio_task *task;
    trio_status rc;
};

static TRIO_CHECKPOINT trio_status park_alone(void *arg)
{
    struct sleeper *sleeper = arg;

    sleeper->task = trio_task_current();
    sleeper->rc = trio_park(&test_wait, sleeper, agree, NULL);
    return TRIO_OK;
}

// S8
TEST(entry, a_callback_may_use_what_names_its_object)
{
    struct powers powers = {.entry = TRIO_ENTRY_INIT(use_powers)};
    struct sleeper sleeper = {NULL, TRIO_OK};
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
    struct trio_poster *poster = open_poster();

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    powers.nursery = &nursery;
    powers.scope = &scope;
    CHECK_OK(trio_nursery_start_soon(&nursery, park_in, &powers.lot));
    CHECK_OK(trio_nursery_start_soon(&nursery, park_alone, &sleeper));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    powers.parked = sleeper.task;
    powers.started.delay = TRIO_SECOND;
    trio_time begun = trio_now();
    CHECK_OK(trio_poster_post(poster, &powers.entry));
    trio_status rc = trio_sleep_forever();
    CHECK_STATUS(rc, TRIO_ECANCELED);
    CHECK_STRING(trio_current_cancel_reason().text, "by an entry");
    CHECK_EQ(trio_current_cancel_reason().task, 0);
    CHECK_OK(trio_cancel_scope_close(&scope, rc));
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(powers.called && powers.in_run);
    CHECK_EQ(powers.now, begun);
    CHECK_STATUS(sleeper.rc, TRIO_EEND);
    CHECK_EQ(powers.started.ended, begun + TRIO_SECOND);
    trio_poster_close(poster);
}

static void dump(struct trio_entry *entry)
{
    (void)entry;
    trio_dump_tasks();
}

static TRIO_CHECKPOINT trio_status post_dump(void *arg)
{
    struct trio_entry entry = TRIO_ENTRY_INIT(dump);
    struct trio_poster *poster = open_poster();

    (void)arg;
    CHECK_OK(trio_poster_post(poster, &entry));
    trio_status rc = trio_wait_all_tasks_blocked(0);
    trio_poster_close(poster);
    return rc;
}

// S8
TEST_SEEDED(entry, a_callback_may_dump_the_tasks)
{
    struct capture capture;

    capture_open(&capture);
    CHECK_OK(capture_run(&capture, post_dump, NULL));
    CHECK(strstr(capture.text, "task 1") != NULL);
    capture_close(&capture);
}

// ---- Threads and signal handlers: for these the world has to be real ----

enum { THREADS = 4, POSTS = 500 };

struct shared_count {
    struct trio_entry entry;
    struct trio_poster *poster;
    struct shared_count *total; // Counts in the run's thread alone.
    struct trio_task *waiter;
    int called;
};

static void count_call(struct trio_entry *entry)
{
    struct shared_count *count = (struct shared_count *)entry;

    if (++count->total->called == THREADS * POSTS)
        trio_wake(count->total->waiter, TRIO_OK);
}

struct thread {
    pthread_t id;
    struct shared_count counts[POSTS];
};

static void *post_all(void *arg)
{
    struct thread *thread = arg;

    for (int i = 0; i < POSTS; i++)
        if (trio_poster_post(thread->counts[i].poster,
                             &thread->counts[i].entry) != TRIO_OK)
            abort();
    return NULL;
}

// S49
TEST_REAL(entry, any_thread_may_post)
{
    static struct thread threads[THREADS];
    static struct shared_count total;
    struct trio_poster *poster = open_poster();

    total = (struct shared_count){.waiter = trio_task_current()};
    for (int n = 0; n < THREADS; n++) {
        for (int i = 0; i < POSTS; i++)
            threads[n].counts[i] = (struct shared_count){
                TRIO_ENTRY_INIT(count_call), poster, &total, NULL, 0};
        REQUIRE(pthread_create(&threads[n].id, NULL, post_all, &threads[n]) ==
                0);
    }
    CHECK_OK(trio_park_shielded(&test_wait, &total));
    CHECK_EQ(total.called, THREADS * POSTS);
    for (int n = 0; n < THREADS; n++)
        pthread_join(threads[n].id, NULL);
    trio_poster_close(poster);
}

static struct {
    struct trio_entry entry;
    struct trio_poster *poster;
    struct trio_task *waiter;
} from_handler;

static void wake_waiter(struct trio_entry *entry)
{
    (void)entry;
    trio_wake(from_handler.waiter, TRIO_EEND);
}

static void on_signal(int number)
{
    (void)number;
    trio_ignore(trio_poster_post(from_handler.poster, &from_handler.entry));
}

// S49
TEST_REAL(entry, a_signal_handler_may_post)
{
    from_handler.entry = (struct trio_entry)TRIO_ENTRY_INIT(wake_waiter);
    from_handler.poster = open_poster();
    from_handler.waiter = trio_task_current();
    void (*before)(int) = signal(SIGUSR1, on_signal);
    REQUIRE(raise(SIGUSR1) == 0);
    CHECK_STATUS(trio_park_shielded(&test_wait, NULL), TRIO_EEND);
    signal(SIGUSR1, before);
    trio_poster_close(from_handler.poster);
}

static void *post_one_late(void *arg)
{
    struct shared_count *count = arg;
    struct timespec pause = {0, 20 * 1000 * 1000};

    nanosleep(&pause, NULL); // The loop is asleep by then.
    if (trio_poster_post(count->poster, &count->entry) != TRIO_OK)
        abort();
    return NULL;
}

static void wake_total(struct trio_entry *entry)
{
    trio_wake(((struct shared_count *)entry)->waiter, TRIO_OK);
}

// S49 S10
TEST_REAL(entry, a_post_wakes_a_loop_that_sleeps_and_is_no_deadlock)
{
    struct trio_poster *poster = open_poster();
    struct shared_count count = {TRIO_ENTRY_INIT(wake_total), poster, NULL,
                                 trio_task_current(), 0};
    pthread_t thread;

    REQUIRE(pthread_create(&thread, NULL, post_one_late, &count) == 0);
    CHECK_OK(trio_park_shielded(&test_wait, &count));
    pthread_join(thread, NULL);
    trio_poster_close(poster);
}
