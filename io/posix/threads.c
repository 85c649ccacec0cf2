// Every job has a thread at once: one that is idle, or a new one. How many
// there are is for the limiters above to say. An idle thread ends after a
// while; the one that fell asleep last is woken first, so that those which are
// not needed are the ones that end.
//
// Jobs for idle threads wait in a queue, which is never longer than there are
// idle threads. A thread that is awake looks there before it falls asleep. So
// one is woken only if none is awake, and whoever takes a job has the next one
// woken, if there are more. A job waits for a thread to wake up, but never for
// another job; and while one wakes up, short jobs are done by those that are
// awake, which costs the fewest calls of the system.
//
// A thread is idle before it tells that its job is done. So whoever is woken by
// that finds it, and a task that runs one job after the other keeps one thread.
// It may have its next job before it has told of the last.
//
// The pool belongs to the process: a thread may work longer than its run. What
// is known of one lies on its own stack, and whoever holds the lock may look at
// those in the list.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/threads.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "io/posix/signals.h"
#include "io/posix/system.h"

enum { IDLE_SECONDS = 10, NAME_MAX_LENGTH = 15 };

struct worker {
    pthread_cond_t woken;
    pthread_cond_t answered;
    unsigned answers;    // For the job that is under way, and not yet taken.
    struct worker *next; // Fell asleep before this one.
    bool asleep;
};

static struct {
    pthread_mutex_t lock;
    bool survives_forks;
    struct worker *asleep; // The last to fall asleep first.
    size_t awake;          // Idle threads that are going to look for a job.
    size_t spare;          // Idle threads, less the jobs that wait for one.
    struct trio_job *first, *last; // Those jobs, by `next`.
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
    pool.asleep = NULL;
    pool.awake = pool.spare = 0;
    pool.first = NULL;
    unlock_pool();
}

// Returns 0 or the error. The lock is held, as in all that follow.
static int prepare_for_forks(void)
{
    int error = 0;

    if (!pool.survives_forks)
        error = pthread_atfork(lock_pool, unlock_pool, forget_all);
    pool.survives_forks = error == 0;
    return error;
}

// Somebody is awake if a job waits.
static void have_one_look(void)
{
    struct worker *worker = pool.asleep;

    if (pool.first == NULL || pool.awake > 0)
        return;
    pool.asleep = worker->next;
    worker->asleep = false;
    pool.awake++;
    pthread_cond_signal(&worker->woken);
}

static void give(struct trio_job *job)
{
    job->next = NULL;
    if (pool.first == NULL)
        pool.first = job;
    else
        pool.last->next = job;
    pool.last = job;
    pool.spare--;
    have_one_look();
}

// Takes the first job, which there is, for a thread that is awake.
static struct trio_job *take(void)
{
    struct trio_job *job = pool.first;

    pool.first = job->next;
    pool.awake--;
    have_one_look();
    return job;
}

// ---- In a thread ----

static void rename_thread(const char *name)
{
    char cut[NAME_MAX_LENGTH + 1] = "";
    size_t length = strnlen(name, NAME_MAX_LENGTH);

    memcpy(cut, name, length);
    // Nothing depends on it.
    trio_system_name_thread_(cut);
}

// Returns the next job if there is one already, or NULL.
static struct trio_job *become_idle(void)
{
    lock_pool();
    pool.awake++;
    pool.spare++;
    struct trio_job *job = pool.first == NULL ? NULL : take();
    unlock_pool();
    return job;
}

static void stop_being_asleep(struct worker *worker)
{
    struct worker **link = &pool.asleep;

    while (*link != worker)
        link = &(*link)->next;
    *link = worker->next;
    worker->asleep = false;
    pool.awake++;
}

// Sleeps until somebody has it look, or until the end of its time. Returns 0 or
// the error.
static int fall_asleep(struct worker *worker)
{
    int error = 0;

    pool.awake--;
    worker->asleep = true;
    worker->next = pool.asleep;
    pool.asleep = worker;
    while (worker->asleep && error != ETIMEDOUT)
        error = trio_system_wait_(&worker->woken, &pool.lock, IDLE_SECONDS);
    if (worker->asleep)
        stop_being_asleep(worker);
    return error;
}

// Returns the next job; NULL if there was none for a while: then the thread is
// idle no more.
static struct trio_job *await_job(struct worker *worker)
{
    int error = 0;

    lock_pool();
    while (pool.first == NULL && error != ETIMEDOUT)
        error = fall_asleep(worker);
    struct trio_job *job = pool.first == NULL ? NULL : take();
    if (job == NULL) {
        pool.awake--;
        pool.spare--;
    }
    unlock_pool();
    return job;
}

// Returns the next job, or NULL: none is known yet.
static struct trio_job *do_job(struct worker *worker, struct trio_job *job)
{
    bool is_named = job->name != NULL;

    job->thread = worker;
    if (is_named)
        rename_thread(job->name);
    job->work(job);
    if (is_named)
        rename_thread("trio");
    struct trio_job *next = become_idle();
    // Once it is posted it may be gone.
    if (trio_poster_post(job->poster, &job->entry) != TRIO_OK)
        job->lost(job);
    return next;
}

static void *run_jobs(void *arg)
{
    struct worker worker = {.asleep = false};
    struct trio_job *job = arg;

    trio_system_make_condition_(&worker.woken);
    TRIO_ASSERT(pthread_cond_init(&worker.answered, NULL) == 0);
    while (job != NULL) {
        struct trio_job *next = do_job(&worker, job);
        job = next != NULL ? next : await_job(&worker);
    }
    pthread_cond_destroy(&worker.answered);
    pthread_cond_destroy(&worker.woken);
    return NULL;
}

void trio_thread_pause_(struct trio_job *job)
{
    struct worker *worker = job->thread;

    lock_pool();
    while (worker->answers == 0)
        pthread_cond_wait(&worker->answered, &pool.lock);
    worker->answers--;
    unlock_pool();
}

// ---- In a run ----

void trio_thread_resume_(struct trio_job *job)
{
    struct worker *worker = job->thread;

    lock_pool();
    worker->answers++;
    pthread_cond_signal(&worker->answered);
    unlock_pool();
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
    lock_pool();
    int error = prepare_for_forks();
    bool has_idle = error == 0 && pool.spare > 0;
    if (has_idle)
        give(job);
    unlock_pool();
    return error != 0 || has_idle ? error : start_thread(job);
}
