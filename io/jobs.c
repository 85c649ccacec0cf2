// The jobs of a run. They are counted in the run's own thread only, at their
// beginning and when they are told to be done: what has an entry on the way is
// still in flight.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <stddef.h>

#include "io/lookup.h"
#include "io/loop.h"
#include "io/threads.h"

static void stop_waiting(struct loop *loop, struct trio_job *job)
{
    if (!job->awaited)
        return;
    job->awaited = false;
    TRIO_ASSERT(loop->jobs_awaited > 0);
    loop->jobs_awaited--;
}

static void on_done(struct trio_entry *entry)
{
    struct loop *loop = trio_run_world()->context;
    struct trio_job *job =
        (struct trio_job *)((char *)entry - offsetof(struct trio_job, entry));

    stop_waiting(loop, job);
    TRIO_ASSERT(loop->jobs > 0);
    loop->jobs--;
    job->done(job);
}

static trio_status submit(void *context, struct trio_job *job)
{
    struct loop *loop = context;

    job->entry = (struct trio_entry)TRIO_ENTRY_INIT(on_done);
    job->awaited = true;
    int error = trio_thread_do_(job);
    if (error != 0) { // Of memory, or of threads: EAGAIN.
        loop->last_error = error;
        return TRIO_ENOMEM;
    }
    loop->jobs++;
    loop->jobs_awaited++;
    return TRIO_OK;
}

static void leave(void *context, struct trio_job *job)
{
    stop_waiting(context, job);
}

static bool is_busy(void *context)
{
    const struct loop *loop = context;
    return loop->jobs_awaited > 0;
}

const struct trio_jobs trio_loop_jobs_ = {
    .submit = submit,
    .leave = leave,
    .busy = is_busy,
    .pause = trio_thread_pause_,
    .resume = trio_thread_resume_,
    .lookup_addresses = trio_lookup_addresses_,
    .lookup_name = trio_lookup_name_,
    .watch_signals = trio_signals_watch_,
    .unwatch_signals = trio_signals_unwatch_,
    .raise_signal = trio_signal_raise_,
    .catch_interrupt = trio_interrupt_catch_,
    .release_interrupt = trio_interrupt_release_,
};
