// Threads of the pool that are idle, and one of them has been so for too long.
// Which one is for this program to say: it has a function in place of libc's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include <trio/thread.h>

#include "tests/check.h"

enum { THREADS = 3 };

// What idle threads wait for, in the order in which they began to.
static struct {
    pthread_mutex_t lock;
    pthread_cond_t *woken[THREADS];
    size_t count;
    pthread_cond_t *over; // Who waits for this one has waited too long.
} idle = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool take_over(const pthread_cond_t *condition)
{
    pthread_mutex_lock(&idle.lock);
    bool is_over = idle.over == condition;
    if (is_over)
        idle.over = NULL;
    pthread_mutex_unlock(&idle.lock);
    return is_over;
}

// Nobody's time is over by itself.
int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                           const struct timespec *end)
{
    (void)end;
    pthread_mutex_lock(&idle.lock);
    if (idle.count < THREADS)
        idle.woken[idle.count++] = condition;
    pthread_mutex_unlock(&idle.lock);
    pthread_cond_wait(condition, mutex);
    return take_over(condition) ? ETIMEDOUT : 0;
}

static size_t count_idle(void)
{
    pthread_mutex_lock(&idle.lock);
    size_t count = idle.count;
    pthread_mutex_unlock(&idle.lock);
    return count;
}

// Has the thread that was the i-th to fall asleep find that its time is over.
static TRIO_CHECKPOINT trio_status end_idle(size_t i)
{
    trio_status rc = TRIO_OK;
    bool is_over = false;

    pthread_mutex_lock(&idle.lock);
    idle.over = idle.woken[i];
    pthread_mutex_unlock(&idle.lock);
    while (rc == TRIO_OK && !is_over) {
        pthread_mutex_lock(&idle.lock);
        is_over = idle.over == NULL;
        if (!is_over)
            pthread_cond_signal(idle.over);
        pthread_mutex_unlock(&idle.lock);
        rc = trio_sleep(TRIO_MS);
    }
    return rc;
}

// A job that works until somebody lets it end.
struct job {
    pthread_t thread;
    struct trio_event begun;
    sem_t end;
};

static void tell_begun(void *arg)
{
    trio_event_set(arg);
}

static trio_status work(void *arg)
{
    struct job *job = arg;

    job->thread = pthread_self();
    trio_status rc = trio_from_thread_call(tell_begun, &job->begun);
    while (sem_wait(&job->end) != 0)
        continue;
    return rc;
}

static TRIO_CHECKPOINT trio_status run_job(void *arg)
{
    return trio_thread_run(NULL, work, arg);
}

static TRIO_CHECKPOINT trio_status start_job(struct trio_nursery *nursery,
                                             struct job *job)
{
    *job = (struct job){.begun = TRIO_EVENT_INIT};
    REQUIRE(sem_init(&job->end, 0, 0) == 0);
    trio_status rc = trio_nursery_start_soon(nursery, run_job, job);
    return rc == TRIO_OK ? trio_event_wait(&job->begun) : rc;
}

// S88: the others are idle all the same, and each job has one of them.
TEST_REAL(threads_idle, one_that_ends_leaves_the_others_idle)
{
    struct trio_nursery nursery;
    struct job jobs[THREADS], later[THREADS - 1];

    trio_nursery_open(&nursery);
    for (size_t i = 0; i < THREADS; i++)
        CHECK_OK(start_job(&nursery, &jobs[i]));
    for (size_t i = 0; i < THREADS; i++) {
        sem_post(&jobs[i].end);
        while (count_idle() == i)
            CHECK_OK(trio_sleep(TRIO_MS));
    }
    CHECK_OK(end_idle(1));
    for (size_t i = 0; i < COUNT(later); i++)
        CHECK_OK(start_job(&nursery, &later[i]));
    for (size_t i = 0; i < COUNT(later); i++)
        sem_post(&later[i].end);
    CHECK_OK(trio_nursery_close(&nursery, TRIO_OK));
    CHECK(pthread_equal(later[0].thread, jobs[2].thread));
    CHECK(pthread_equal(later[1].thread, jobs[0].thread));
}
