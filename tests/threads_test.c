// The threads of the system behind trio/thread.h: how many there are, what they
// are like, and what they leave behind. The kernel is the matter here, so all
// runs are real.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <trio/thread.h>

#include "tests/check.h"
#include "tests/tasks.h"

// So many seconds before they do, the threads of the pool think that their time
// is over: in place of libc's function.
static int hurry; // Atomic.

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    int result = (int)syscall(SYS_clock_gettime, clock, ret_time);

    if (clock == CLOCK_MONOTONIC && gettid() != getpid())
        ret_time->tv_sec -= __atomic_load_n(&hurry, __ATOMIC_RELAXED);
    return result;
}

static int count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;

    REQUIRE(tasks != NULL);
    while (readdir(tasks) != NULL)
        count++;
    closedir(tasks);
    return count;
}

static size_t borrowed(void)
{
    return trio_capacity_limiter_statistics(trio_thread_limiter()).borrowed;
}

// ---- One thread ----

// What a thread found out about itself.
struct found {
    pthread_t thread;
    sigset_t blocked;
    char name[16];
};

static trio_status look_at_itself(void *arg)
{
    struct found *found = arg;

    found->thread = pthread_self();
    pthread_sigmask(SIG_BLOCK, NULL, &found->blocked);
    pthread_getname_np(found->thread, found->name, sizeof(found->name));
    return TRIO_OK;
}

// S88
TEST_REAL(threads, has_all_signals_blocked)
{
    struct found found;
    sigset_t before, after;

    pthread_sigmask(SIG_BLOCK, NULL, &before);
    CHECK_OK(trio_thread_run(NULL, look_at_itself, &found));
    CHECK(!pthread_equal(found.thread, pthread_self()));
    for (int signal = 1; signal < SIGRTMAX; signal++) {
        bool can_be = signal != SIGKILL && signal != SIGSTOP &&
                      (signal < 32 || signal >= SIGRTMIN);
        if (can_be)
            CHECK(sigismember(&found.blocked, signal) == 1);
    }
    // And those of the run are as they were.
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    for (int signal = 1; signal < SIGRTMAX; signal++)
        CHECK_EQ(sigismember(&after, signal), sigismember(&before, signal));
}

// S88
TEST_REAL(threads, is_named_as_long_as_it_works)
{
    const struct trio_thread_options options = {
        .name = "a name that is longer than names may be"};
    struct found found;

    CHECK_OK(trio_thread_run(&options, look_at_itself, &found));
    CHECK_STRING(found.name, "a name that is ");
    CHECK_OK(trio_thread_run(NULL, look_at_itself, &found));
    CHECK_STRING(found.name, "trio");
}

// S88
TEST_REAL(threads, is_used_again_by_who_runs_one_job_after_the_other)
{
    struct found first, next;

    CHECK_OK(trio_thread_run(NULL, look_at_itself, &first));
    int count = count_threads();
    for (int i = 0; i < 1000; i++) {
        CHECK_OK(trio_thread_run(NULL, look_at_itself, &next));
        CHECK(pthread_equal(next.thread, first.thread));
    }
    CHECK_EQ(count_threads(), count);
}

// ---- Several ----

// A thread that works until somebody lets it end.
struct patient {
    pthread_t thread;
    pid_t number;
    struct trio_event begun;
    sem_t end;
    trio_status rc;
};

static void tell_begun(void *arg)
{
    struct patient *patient = arg;

    trio_event_set(&patient->begun);
}

static trio_status be_patient(void *arg)
{
    struct patient *patient = arg;

    patient->thread = pthread_self();
    patient->number = gettid();
    trio_status rc = trio_from_thread_call(tell_begun, patient);
    while (sem_wait(&patient->end) != 0)
        continue;
    return rc;
}

static TRIO_CHECKPOINT trio_status run_patient(void *arg)
{
    struct patient *patient = arg;

    patient->rc = trio_thread_run(NULL, be_patient, patient);
    return patient->rc;
}

static void init_patient(struct patient *patient)
{
    *patient = (struct patient){.begun = TRIO_EVENT_INIT};
    REQUIRE(sem_init(&patient->end, 0, 0) == 0);
}

static TRIO_CHECKPOINT trio_status start_patient(struct trio_nursery *nursery,
                                                 struct patient *patient)
{
    init_patient(patient);
    trio_status rc = trio_nursery_start_soon(nursery, run_patient, patient);
    return rc == TRIO_OK ? trio_event_wait(&patient->begun) : rc;
}

// Says whether a thread sleeps, as the system sees it.
static bool is_asleep(pid_t thread)
{
    char path[64], state = '?';

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)thread);
    FILE *file = fopen(path, "r");
    REQUIRE(file != NULL);
    REQUIRE(fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
    fclose(file);
    return state == 'S';
}

// S88
TEST_REAL(threads, each_job_has_one_and_the_last_that_is_idle_is_taken_first)
{
    struct patient patients[4];
    struct found found;
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(patients) && rc == TRIO_OK; i++)
        rc = start_patient(&nursery, &patients[i]);
    CHECK_OK(rc);
    for (size_t i = 0; i < COUNT(patients); i++)
        for (size_t k = 0; k < i; k++)
            CHECK(!pthread_equal(patients[i].thread, patients[k].thread));
    // They become idle in this order.
    for (size_t i = 0; i < COUNT(patients); i++) {
        size_t working = COUNT(patients) - i;
        CHECK_EQ(borrowed(), working);
        sem_post(&patients[i].end);
        while (borrowed() == working || !is_asleep(patients[i].number))
            CHECK_OK(trio_sleep(TRIO_MS));
    }
    CHECK_OK(trio_thread_run(NULL, look_at_itself, &found));
    CHECK(pthread_equal(found.thread, patients[COUNT(patients) - 1].thread));
    CHECK_OK(trio_nursery_close(&nursery, rc));
}

// Several jobs at once, none of which ends before each has begun.
static TRIO_CHECKPOINT trio_status begin_all_then_end_all(void)
{
    struct patient patients[4];
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(patients) && rc == TRIO_OK; i++) {
        init_patient(&patients[i]);
        rc = trio_nursery_start_soon(&nursery, run_patient, &patients[i]);
    }
    for (size_t i = 0; i < COUNT(patients) && rc == TRIO_OK; i++)
        rc = trio_event_wait(&patients[i].begun);
    for (size_t i = 0; i < COUNT(patients); i++)
        sem_post(&patients[i].end);
    return trio_nursery_close(&nursery, rc);
}

// S88
TEST_REAL(threads, begin_all_jobs_whether_they_are_new_or_idle)
{
    for (int i = 0; i < 100; i++)
        CHECK_OK(begin_all_then_end_all());
}

// S88
TEST_REAL(threads, ends_when_nobody_has_needed_it_for_a_while)
{
    struct found found;

    CHECK_OK(trio_thread_run(NULL, look_at_itself, &found));
    int count = count_threads();
    __atomic_store_n(&hurry, 10, __ATOMIC_RELAXED);
    CHECK_OK(trio_thread_run(NULL, look_at_itself, &found));
    while (count_threads() >= count)
        CHECK_OK(trio_sleep(TRIO_MS));
    __atomic_store_n(&hurry, 0, __ATOMIC_RELAXED);
    CHECK_OK(trio_thread_run(NULL, look_at_itself, &found));
}

// No address space is large enough for the stack of another thread. Says
// whether that can be had: musl makes no stack larger than 8 MiB by default.
static bool allow_no_more_threads(pthread_attr_t *ret_usual)
{
    const size_t wanted = SIZE_MAX / 4096;
    size_t size = 0;
    pthread_attr_t vast;

    REQUIRE(pthread_getattr_default_np(ret_usual) == 0);
    REQUIRE(pthread_attr_init(&vast) == 0);
    REQUIRE(pthread_attr_setstacksize(&vast, wanted) == 0);
    REQUIRE(pthread_setattr_default_np(&vast) == 0);
    pthread_attr_destroy(&vast);
    REQUIRE(pthread_getattr_default_np(&vast) == 0);
    REQUIRE(pthread_attr_getstacksize(&vast, &size) == 0);
    pthread_attr_destroy(&vast);
    return size == wanted;
}

static void allow_threads(pthread_attr_t *usual)
{
    REQUIRE(pthread_setattr_default_np(usual) == 0);
    pthread_attr_destroy(usual);
}

// S88
TEST_REAL(threads, that_cannot_be_had_are_a_status)
{
    pthread_attr_t usual;
    struct patient patients[TRIO_THREADS_DEFAULT];
    struct found found;
    struct trio_nursery nursery;
    size_t begun = 0;
    trio_status rc = TRIO_OK;

    if (!allow_no_more_threads(&usual)) {
        allow_threads(&usual);
        return;
    }
    // Those that are idle are busy first.
    trio_nursery_open(&nursery);
    while (rc == TRIO_OK && begun < COUNT(patients)) {
        rc = trio_thread_run(NULL, look_at_itself, &found);
        if (rc == TRIO_OK)
            rc = start_patient(&nursery, &patients[begun++]);
    }
    CHECK_STATUS(rc, TRIO_ENOMEM);
    const struct trio_error *error = trio_error_find(TRIO_ENOMEM);
    if (CHECK(error != NULL)) {
        CHECK(error->os_error != 0); // EAGAIN; under Valgrind another.
        CHECK_STRING(error->text, "start a thread");
    }
    CHECK_EQ(borrowed(), begun);
    allow_threads(&usual);
    for (size_t i = 0; i < begun; i++)
        sem_post(&patients[i].end);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK_OK(trio_thread_run(NULL, look_at_itself, &found));
}

// ---- The way back ----

static TRIO_CHECKPOINT trio_status sleep_a_little(void *arg)
{
    int *calls = arg;

    ++*calls;
    return trio_sleep(TRIO_US);
}

static trio_status ask_often(void *arg)
{
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 500 && rc == TRIO_OK; i++)
        rc = trio_from_thread_run(sleep_a_little, arg);
    return rc;
}

static TRIO_CHECKPOINT trio_status run_ask_often(void *arg)
{
    return trio_thread_run(NULL, ask_often, arg);
}

// S89
TEST_REAL(threads, ask_their_tasks_as_often_as_they_like)
{
    int calls[8] = {0};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < COUNT(calls) && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon(&nursery, run_ask_often, &calls[i]);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    for (size_t i = 0; i < COUNT(calls); i++)
        CHECK_EQ(calls[i], 500);
}

static trio_status work_until_cancelled(void *arg)
{
    trio_status rc;

    (void)arg;
    while ((rc = trio_from_thread_check_cancelled()) == TRIO_OK)
        sched_yield();
    return rc;
}

static TRIO_CHECKPOINT trio_status run_until_cancelled(void *arg)
{
    return trio_thread_run(NULL, work_until_cancelled, arg);
}

// S89
TEST_REAL(threads, that_ask_for_it_end_with_their_task)
{
    CHECK_STATUS(trio_with_timeout(TRIO_MS, run_until_cancelled, NULL),
                 TRIO_ETIMEDOUT);
}

static TRIO_CHECKPOINT trio_status sleep_for_good(void *arg)
{
    (void)arg;
    return trio_sleep_forever();
}

static trio_status ask_for_sleep(void *arg)
{
    return trio_from_thread_run(sleep_for_good, arg);
}

static TRIO_CHECKPOINT trio_status run_ask_for_sleep(void *arg)
{
    return trio_thread_run(NULL, ask_for_sleep, arg);
}

// S89
TEST_REAL(threads, what_they_ask_of_their_task_is_cancelled_with_it)
{
    CHECK_STATUS(trio_with_timeout(TRIO_MS, run_ask_for_sleep, NULL),
                 TRIO_ETIMEDOUT);
}

// ---- Longer than the task, longer than the run ----

static const struct trio_thread_options abandon = {.abandon_on_cancel = true};

// A thread that asks for everything after somebody has let it.
static struct {
    sem_t go;
    sem_t done;
    trio_status cancelled;
    trio_status run;
    trio_status called;
    int calls;
} late;

static void count_call(void *arg)
{
    ++*(int *)arg;
}

static trio_status try_everything(void *arg)
{
    (void)arg;
    while (sem_wait(&late.go) != 0)
        continue;
    late.cancelled = trio_from_thread_check_cancelled();
    late.run = trio_from_thread_run(sleep_a_little, &late.calls);
    late.called = trio_from_thread_call(count_call, &late.calls);
    sem_post(&late.done);
    return TRIO_EIO;
}

static TRIO_CHECKPOINT trio_status try_and_abandon(void *arg)
{
    return trio_thread_run(&abandon, try_everything, arg);
}

static TRIO_CHECKPOINT trio_status leave_it_alone(void *arg)
{
    struct trio_nursery nursery;

    memset(&late, 0, sizeof(late));
    REQUIRE(sem_init(&late.go, 0, 0) == 0 && sem_init(&late.done, 0, 0) == 0);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, try_and_abandon, arg);
    for (int i = 0; i < 3 && rc == TRIO_OK; i++)
        rc = trio_checkpoint();
    trio_cancel_scope_cancel(&nursery.scope, NULL);
    CHECK_OK(trio_nursery_close(&nursery, rc));
    CHECK_EQ(borrowed(), 1);
    return TRIO_OK;
}

// S88
TEST_REAL(threads, that_are_abandoned_keep_their_slot_until_they_end)
{
    CHECK_OK(leave_it_alone(NULL));
    sem_post(&late.go);
    while (borrowed() > 0)
        CHECK_OK(trio_sleep(TRIO_MS));
    CHECK_STATUS(late.cancelled, TRIO_ECANCELED);
    CHECK_STATUS(late.run, TRIO_ECANCELED);
    CHECK_OK(late.called);
    CHECK_EQ(late.calls, 1);
}

// S89
TEST_PLAIN(threads, that_work_longer_than_their_run_are_told_so)
{
    CHECK_OK(trio_run(leave_it_alone, NULL));
    sem_post(&late.go);
    while (sem_wait(&late.done) != 0)
        continue;
    CHECK_STATUS(late.cancelled, TRIO_ERUNFINISHED);
    CHECK_STATUS(late.run, TRIO_ERUNFINISHED);
    CHECK_STATUS(late.called, TRIO_ERUNFINISHED);
    CHECK_EQ(late.calls, 0);
}

static trio_status work_a_while(void *arg)
{
    const struct timespec while_ = {.tv_nsec = 1000000};

    (void)arg;
    nanosleep(&while_, NULL);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_a_while(void *arg)
{
    trio_status rc = trio_thread_run(&abandon, work_a_while, NULL);

    *(bool *)arg = rc == TRIO_OK;
    return rc;
}

static TRIO_CHECKPOINT trio_status run_a_while_in_time(void *arg)
{
    return trio_with_timeout(TRIO_HOUR, run_a_while, arg);
}

static TRIO_CHECKPOINT trio_status settle_beside_a_thread(void *arg)
{
    struct trio_nursery nursery;
    bool worked = false;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon(&nursery, run_a_while_in_time, &worked);
    if (rc == TRIO_OK)
        rc = trio_wait_all_tasks_blocked(0);
    CHECK(worked);
    rc = trio_nursery_close(&nursery, rc);
    CHECK_EQ(trio_now(), 0);
    return rc;
}

// S88: a clock that would jump at once does not, and nobody counts as blocked.
TEST_PLAIN(threads, time_stands_still_while_one_is_awaited)
{
    struct trio_mock_clock clock = TRIO_MOCK_CLOCK_INIT;
    struct trio_config config = trio_config_platform();

    clock.autojump = true;
    clock.jump_threshold = 0;
    config.clock = trio_clock_mock(&clock);
    CHECK_OK(trio_run_with(&config, settle_beside_a_thread, NULL));
}

static TRIO_CHECKPOINT trio_status settle_beside_an_abandoned_one(void *arg)
{
    CHECK_OK(leave_it_alone(arg));
    CHECK_OK(trio_wait_all_tasks_blocked(0));
    CHECK_OK(trio_sleep(TRIO_HOUR));
    sem_post(&late.go);
    while (borrowed() > 0)
        CHECK_OK(trio_sleep(TRIO_MS));
    return TRIO_OK;
}

// S88
TEST_PLAIN(threads, time_passes_beside_one_that_was_abandoned)
{
    struct trio_mock_clock clock = TRIO_MOCK_CLOCK_INIT;
    struct trio_config config = trio_config_platform();

    clock.autojump = true;
    config.clock = trio_clock_mock(&clock);
    CHECK_OK(trio_run_with(&config, settle_beside_an_abandoned_one, NULL));
}
