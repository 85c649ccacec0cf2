// Every job has a thread at once: one that is idle, or a new one. How many
// there are is for the limiters above to say. The thread that fell asleep last
// is woken first, and one that is idle for a while ends.
//
// A thread is idle before it tells that its job is done. So whoever is woken by
// that finds it, and a task that runs one job after the other keeps one thread.
//
// The pool belongs to the process: a thread may work longer than its run. What
// is known of one lies on its own stack, and whoever holds the lock may look at
// those in the list.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/threads.h"

#include <process.h>
#include <string.h>
#include <windows.h>

// Since Windows 10, version 1607; not in every header.
HRESULT WINAPI SetThreadDescription(HANDLE thread, const wchar_t *description);

enum { IDLE_MS = 10000, NAME_SIZE = 64 };

struct worker {
    CONDITION_VARIABLE woken;
    struct trio_job *next_job; // Given to it while it was idle.
    struct worker *next;       // Idle before this one.
    CONDITION_VARIABLE answered;
    unsigned answers; // For the job that is under way.
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct worker *idle;

// ---- In a thread ----

static void rename_thread(const char *name)
{
    wchar_t wide[NAME_SIZE] = L"";

    // Nothing depends on it.
    MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, NAME_SIZE - 1);
    SetThreadDescription(GetCurrentThread(), wide);
}

static void become_idle(struct worker *worker)
{
    AcquireSRWLockExclusive(&lock);
    worker->next = idle;
    idle = worker;
    ReleaseSRWLockExclusive(&lock);
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

static void stop_being_idle(const struct worker *worker)
{
    struct worker **link = &idle;

    while (*link != worker)
        link = &(*link)->next;
    *link = worker->next;
}

// Returns the next job; NULL if there was none for a while: then the thread is
// idle no more.
static struct trio_job *await_job(struct worker *worker)
{
    bool in_time = true;

    AcquireSRWLockExclusive(&lock);
    while (worker->next_job == NULL && in_time)
        in_time = SleepConditionVariableSRW(&worker->woken, &lock, IDLE_MS, 0);
    struct trio_job *job = worker->next_job;
    if (job == NULL)
        stop_being_idle(worker);
    worker->next_job = NULL;
    ReleaseSRWLockExclusive(&lock);
    return job;
}

static unsigned __stdcall run_jobs(void *arg)
{
    struct worker worker = {.woken = CONDITION_VARIABLE_INIT,
                            .answered = CONDITION_VARIABLE_INIT};
    struct trio_job *job = arg;

    for (; job != NULL; job = await_job(&worker))
        do_job(&worker, job);
    return 0;
}

void trio_thread_pause_(struct trio_job *job)
{
    struct worker *worker = job->thread;

    AcquireSRWLockExclusive(&lock);
    while (worker->answers == 0)
        SleepConditionVariableSRW(&worker->answered, &lock, INFINITE, 0);
    worker->answers--;
    ReleaseSRWLockExclusive(&lock);
}

// ---- In a run ----

void trio_thread_resume_(struct trio_job *job)
{
    struct worker *worker = job->thread;

    AcquireSRWLockExclusive(&lock);
    worker->answers++;
    WakeConditionVariable(&worker->answered);
    ReleaseSRWLockExclusive(&lock);
}

static int start_thread(struct trio_job *job)
{
    uintptr_t thread = _beginthreadex(NULL, 0, run_jobs, job, 0, NULL);

    if (thread == 0)
        return ERROR_MAX_THRDS_REACHED;
    CloseHandle((HANDLE)thread);
    return 0;
}

int trio_thread_do_(struct trio_job *job)
{
    AcquireSRWLockExclusive(&lock);
    struct worker *worker = idle;
    if (worker != NULL) {
        idle = worker->next;
        worker->next_job = job;
        WakeConditionVariable(&worker->woken);
    }
    ReleaseSRWLockExclusive(&lock);
    return worker != NULL ? 0 : start_thread(job);
}
