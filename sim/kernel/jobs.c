// Jobs wait in the order of starting until the picker has one done.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include "sim/kernel/state.h"

enum { PATHS_COMPARED_MAX = 1000 };

static struct kernel *kernel_of(const struct trio_sim_job *job)
{
    struct kernel *kernel = trio_sim_current_();

    if (kernel == NULL)
        trio_misuse("a job needs a simulated run", job);
    return kernel;
}

struct pending_job *trio_sim_job_at_(const struct kernel *kernel, size_t i)
{
    return ARRAY_AT(&kernel->jobs, struct pending_job, i);
}

static size_t find(const struct kernel *kernel, const struct trio_sim_job *job)
{
    size_t i = 0;

    while (i < kernel->jobs.count && trio_sim_job_at_(kernel, i)->job != job)
        i++;
    return i;
}

size_t trio_sim_job_named_(const struct kernel *kernel, uint32_t path)
{
    size_t i = 0;

    while (i < kernel->jobs.count &&
           trio_sim_job_at_(kernel, i)->job->path != path)
        i++;
    return i;
}

// No two that are under way have the same, unless there are very many.
static uint64_t path_of(const struct kernel *kernel, uint64_t hash)
{
    for (;; hash = trio_sim_mix_(hash, 0)) {
        uint32_t path = (hash >> 8) & ((1u << TARGET_BITS) - 1);

        if (kernel->jobs.count >= PATHS_COMPARED_MAX ||
            trio_sim_job_named_(kernel, path) == kernel->jobs.count)
            return path;
    }
}

static void enter(struct kernel *kernel, struct trio_sim_job *job,
                  trio_time due)
{
    size_t i = kernel->jobs.count;

    trio_sim_append_(kernel, &kernel->jobs);
    struct pending_job *pending = trio_sim_job_at_(kernel, i);
    for (; i > 0 && pending[-1].due > due; i--, pending--)
        pending[0] = pending[-1];
    *pending = (struct pending_job){.job = job, .due = due};
    trio_sim_started_(kernel, &pending->actor);
}

void trio_sim_announce_(struct trio_sim_job *job, trio_time due)
{
    struct kernel *kernel = trio_sim_current_();

    job->path = path_of(kernel, job->path);
    enter(kernel, job, due);
}

static bool is_alarm(const struct kernel *kernel, size_t i)
{
    return trio_sim_job_at_(kernel, i)->job->fn == trio_sim_alarm_goes_off_;
}

bool trio_sim_job_comes_(const struct kernel *kernel)
{
    size_t i = 0;

    // Who waits until all tasks are blocked does not wait for alarms.
    if (kernel->world.alarms > 0 && trio_run_is_settling())
        while (i < kernel->jobs.count && is_alarm(kernel, i))
            i++;
    if (i == kernel->jobs.count)
        return false;
    trio_time due = trio_sim_job_at_(kernel, i)->due, now;
    if (due == 0)
        return true;
    now = trio_sim_now_(kernel);
    return due <= now || due <= trio_run_next_deadline(now);
}

size_t trio_sim_jobs_before_alarm_(const struct kernel *kernel, bool idle)
{
    size_t i = 0;

    if (is_alarm(kernel, 0) && idle && trio_sim_job_comes_(kernel))
        i = 1;
    while (i < kernel->jobs.count &&
           (!is_alarm(kernel, i) ||
            trio_sim_job_at_(kernel, i)->due <= trio_sim_now_(kernel)))
        i++;
    return i;
}

size_t trio_sim_jobs_due_(const struct kernel *kernel, bool idle)
{
    trio_time until = trio_sim_now_(kernel);
    size_t i = 0;

    if (idle && trio_run_next_deadline(until) > until)
        until = trio_run_next_deadline(until);
    while (i < kernel->jobs.count && trio_sim_job_at_(kernel, i)->due <= until)
        i++;
    return i;
}

static void start(struct kernel *kernel, struct trio_sim_job *job,
                  void (*fn)(struct trio_sim_job *job), trio_time due)
{
    struct actor *starter = trio_sim_actor_number_(kernel, kernel->running);
    uint64_t hash = trio_sim_mix_(starter->path, ++starter->jobs);

    if (find(kernel, job) < kernel->jobs.count)
        trio_misuse("started a job that is under way", job);
    *job = (struct trio_sim_job){.fn = fn, .path = path_of(kernel, hash)};
    enter(kernel, job, due);
}

void trio_sim_job_start(struct trio_sim_job *job,
                        void (*fn)(struct trio_sim_job *job))
{
    start(kernel_of(job), job, fn, 0);
}

static void take_out(struct kernel *kernel, size_t number)
{
    struct pending_job *pending = trio_sim_job_at_(kernel, number);

    kernel->jobs.count--;
    __builtin_memmove(pending, pending + 1,
                      (kernel->jobs.count - number) * sizeof(*pending));
}

bool trio_sim_job_withdraw(struct trio_sim_job *job)
{
    struct kernel *kernel = kernel_of(job);
    size_t number = find(kernel, job);

    if (number == kernel->jobs.count)
        return false;
    take_out(kernel, number);
    return true;
}

// ---- What a thread does in production ----

// A job of the seam's, while it is under way.
struct thread {
    struct trio_sim_job job; // First.
    struct trio_job *work;
};

static struct trio_job *take_work(struct kernel *kernel,
                                  struct trio_sim_job *job)
{
    const struct trio_memory *memory = &kernel->config.memory;
    struct thread *thread = (struct thread *)job; // Its first member.
    struct trio_job *work = thread->work;

    memory->release(memory->context, thread, sizeof(*thread));
    return work;
}

static void do_work(struct trio_sim_job *job)
{
    trio_sim_work_(take_work(trio_sim_current_(), job));
}

static trio_status submit(void *context, struct trio_job *job)
{
    struct kernel *kernel = trio_sim_current_();
    const struct trio_memory *memory = &kernel->config.memory;

    (void)context; // The world's.
    if (trio_sim_call_fails_(kernel, "thread"))
        return TRIO_ENOMEM;
    void *own = trio_task_swap_realm(NULL); // It may work longer than its host.
    struct thread *thread = memory->allocate(memory->context, sizeof(*thread));
    trio_task_swap_realm(own);
    if (thread == NULL)
        return TRIO_ENOMEM;
    thread->work = job;
    trio_sim_work_begin_(job);
    trio_duration delay = trio_sim_job_delay_(&kernel->world, job);
    start(kernel, &thread->job, do_work,
          delay == 0 ? 0 : trio_time_add(trio_sim_now_(kernel), delay));
    return TRIO_OK;
}

struct trio_jobs trio_sim_jobs_of_(const struct trio_jobs *base)
{
    struct trio_jobs jobs = *base;

    jobs.submit = submit;
    return jobs;
}

// Threads may work longer than their run.
void trio_sim_jobs_end_(struct kernel *kernel)
{
    size_t i = 0;

    while (i < kernel->jobs.count) {
        struct trio_sim_job *job = trio_sim_job_at_(kernel, i)->job;
        if (job->fn != do_work) {
            i++;
            continue;
        }
        take_out(kernel, i);
        do_work(job);
    }
}

bool trio_sim_can_wake_(void *context)
{
    const struct kernel *kernel = trio_sim_current_();

    return kernel->jobs.count > 0 || trio_sim_has_news_(context);
}

void trio_sim_job_do_(struct kernel *kernel, size_t number)
{
    struct trio_sim_job *job = trio_sim_job_at_(kernel, number)->job;

    take_out(kernel, number);
    // Jobs that start jobs must end some day, too.
    if (++kernel->steps > kernel->steps_max)
        trio_sim_cap_(kernel);
    job->fn(job);
}
