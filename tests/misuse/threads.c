// Misuse of threads, and of the way back from them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/misuse/misuse.h"

static TRIO_CHECKPOINT trio_status nothing(void *arg)
{
    (void)arg;
    return trio_checkpoint();
}

// misuse: trio_from_thread_run is only for what trio_thread_run runs
//   in task 1 "main"
INSIDE(going_back_without_a_thread)
{
    return trio_from_thread_run(nothing, NULL);
}

static void ignore(void *arg)
{
    (void)arg;
}

// misuse: trio_from_thread_call is only for what trio_thread_run runs
//   outside any task
OUTSIDE(asking_the_loop_outside_of_runs)
{
    trio_ignore(trio_from_thread_call(ignore, NULL));
}

// misuse: trio_thread_run was given NULL for fn
//   in task 1 "main"
INSIDE(running_nothing_in_a_thread)
{
    return trio_thread_run(NULL, NULL, NULL);
}

static TRIO_CHECKPOINT trio_status wait_as_a_task(void *arg)
{
    return nothing(arg);
}

// misuse: trio_checkpoint needs a run, and this thread is not in one
//   outside any task
INSIDE(waiting_in_a_thread)
{
    return trio_thread_run(NULL, wait_as_a_task, NULL);
}

// A world without threads, which does its jobs in the run's.
static void on_done(struct trio_entry *entry)
{
    struct trio_job *job =
        (struct trio_job *)((char *)entry - offsetof(struct trio_job, entry));

    job->done(job);
}

static trio_status submit(void *context, struct trio_job *job)
{
    (void)context;
    job->entry = (struct trio_entry)TRIO_ENTRY_INIT(on_done);
    job->work(job);
    return trio_poster_post(job->poster, &job->entry);
}

static TRIO_CHECKPOINT trio_status run_one_that_waits(void *arg)
{
    return trio_thread_run(NULL, wait_as_a_task, arg);
}

// misuse: the function of a thread let other tasks run
//   in task 1 "main"
OUTSIDE(waiting_in_a_simulated_thread)
{
    struct trio_config config = trio_config_platform();
    struct trio_jobs jobs = *config.world.jobs;

    jobs.submit = submit;
    config.world.jobs = &jobs;
    trio_ignore(trio_run_with(&config, run_one_that_waits, NULL));
}
