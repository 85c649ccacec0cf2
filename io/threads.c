// Every job has a thread at once: one that is idle, or a new one. How many
// there are is for the limiters above to say. An idle thread ends after a
// while; the one that became idle last is taken first, so that those which are
// not needed are the ones that end.
//
// A thread is idle before it tells that its job is done. So whoever is woken by
// that finds it, and a task that runs one job after the other keeps one thread.
// It may have its next job before it has told of the last: it looks afterwards.
//
// The pool belongs to the process: a thread may work longer than its run. What
// is known of one lies on its own stack, and whoever holds the lock may look at
// those in the list.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/threads.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

#include "io/signals.h"

enum { IDLE_SECONDS = 10, NAME_MAX_LENGTH = 15 };

struct worker {
    struct trio_job *job; // The next one, or NULL.
    pthread_cond_t given;
    sem_t answers;       // For the job that is under way.
    struct worker *next; // Idle before this one.
    bool idle;
};

static struct {
    pthread_mutex_t lock;
    bool survives_forks;
    struct worker *idle; // The newest first.
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void lock_pool(void)
{
    TRIO_ASSERT(pthread_mutex_lock(&pool.lock) == 0);
}

static void unlock_pool(void)
{
    TRIO_ASSERT(pthread_mutex_unlock(&pool.lock) == 0);
}

// A child process has none of the threads.
static void forget_all(void)
{
    pool.idle = NULL;
    unlock_pool();
}

// Returns 0 or the error.
static int prepare_for_forks(void)
{
    int error = 0;

    lock_pool();
    if (!pool.survives_forks)
        error = pthread_atfork(lock_pool, unlock_pool, forget_all);
    pool.survives_forks = error == 0;
    unlock_pool();
    return error;
}

// ---- In a thread ----

static void rename_thread(const char *name)
{
    char cut[NAME_MAX_LENGTH + 1] = "";
    size_t length = strnlen(name, NAME_MAX_LENGTH);

    memcpy(cut, name, length);
    // Nothing depends on it.
    pthread_setname_np(pthread_self(), cut);
}

static void become_idle(struct worker *worker)
{
    lock_pool();
    worker->idle = true;
    worker->next = pool.idle;
    pool.idle = worker;
    unlock_pool();
}

static void stop_being_idle(struct worker *worker)
{
    struct worker **link = &pool.idle;

    while (*link != worker)
        link = &(*link)->next;
    *link = worker->next;
    worker->idle = false;
}

// Its waits end by the monotonic clock.
static void make_condition(pthread_cond_t *ret_condition)
{
    pthread_condattr_t kind;

    TRIO_ASSERT(pthread_condattr_init(&kind) == 0);
    TRIO_ASSERT(pthread_condattr_setclock(&kind, CLOCK_MONOTONIC) == 0);
    TRIO_ASSERT(pthread_cond_init(ret_condition, &kind) == 0);
    TRIO_ASSERT(pthread_condattr_destroy(&kind) == 0);
}

// Returns the next job; NULL if there was none for a while.
static struct trio_job *await_job(struct worker *worker)
{
    struct timespec end;
    int error = 0;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += IDLE_SECONDS;
    lock_pool();
    while (worker->idle && error != ETIMEDOUT)
        error = pthread_cond_timedwait(&worker->given, &pool.lock, &end);
    if (worker->idle)
        stop_being_idle(worker);
    struct trio_job *job = worker->job;
    worker->job = NULL;
    unlock_pool();
    return job;
}

static void do_job(struct worker *worker, struct trio_job *job)
{
    bool is_named = job->name != NULL;

    job->thread = worker;
    if (is_named)
        rename_thread(job->name);
    job->work(job);
    if (is_named)
        rename_thread("trio");
    become_idle(worker);
    // Once it is posted it may be gone.
    if (trio_poster_post(job->poster, &job->entry) != TRIO_OK)
        job->lost(job);
}

static void *run_jobs(void *arg)
{
    struct worker worker = {.idle = false};
    struct trio_job *job = arg;

    make_condition(&worker.given);
    TRIO_ASSERT(sem_init(&worker.answers, 0, 0) == 0);
    for (; job != NULL; job = await_job(&worker))
        do_job(&worker, job);
    sem_destroy(&worker.answers);
    pthread_cond_destroy(&worker.given);
    return NULL;
}

void trio_thread_pause_(struct trio_job *job)
{
    struct worker *worker = job->thread;

    while (sem_wait(&worker->answers) != 0)
        TRIO_ASSERT(errno == EINTR);
}

// ---- In a run ----

void trio_thread_resume_(struct trio_job *job)
{
    struct worker *worker = job->thread;

    TRIO_ASSERT(sem_post(&worker->answers) == 0);
}

static bool give_to_idle(struct trio_job *job)
{
    lock_pool();
    struct worker *worker = pool.idle;
    if (worker != NULL) {
        pool.idle = worker->next;
        worker->idle = false;
        worker->job = job;
        pthread_cond_signal(&worker->given);
    }
    unlock_pool();
    return worker != NULL;
}

// A thread inherits what is blocked.
static int start_thread(struct trio_job *job)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t previous;

    int error = pthread_attr_init(&attributes);
    if (error != 0)
        return error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    trio_signal_block_(&previous);
    error = pthread_create(&thread, &attributes, run_jobs, job);
    trio_signal_unblock_(&previous);
    pthread_attr_destroy(&attributes);
    return error;
}

int trio_thread_do_(struct trio_job *job)
{
    int error = prepare_for_forks();

    if (error != 0)
        return error;
    return give_to_idle(job) ? 0 : start_thread(job);
}
