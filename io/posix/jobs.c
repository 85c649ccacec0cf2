// The jobs of a run. They are counted in the run's own thread only, at their
// beginning and when they are told to be done: what has an entry on the way is
// still in flight.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/backend.h>

#include "io/lookup.h"
#include "io/posix/posix.h"
#include "io/posix/signals.h"
#include "io/threads.h"

static void stop_waiting(struct posix *posix, struct trio_job *job)
{
    if (!job->awaited)
        return;
    job->awaited = false;
    TRIO_ASSERT(posix->jobs_awaited > 0);
    posix->jobs_awaited--;
}

static void on_done(struct trio_entry *entry)
{
    struct posix *posix = trio_run_world()->context;
    struct trio_job *job =
        (struct trio_job *)((char *)entry - offsetof(struct trio_job, entry));

    stop_waiting(posix, job);
    TRIO_ASSERT(posix->jobs > 0);
    posix->jobs--;
    job->done(job);
}

static trio_status submit(void *context, struct trio_job *job)
{
    struct posix *posix = context;

    job->entry = (struct trio_entry)TRIO_ENTRY_INIT(on_done);
    job->awaited = true;
    int error = trio_thread_do_(job);
    if (error != 0) // Of memory, or of threads: EAGAIN.
        return trio_posix_refuse_(posix, TRIO_ENOMEM, error);
    posix->jobs++;
    posix->jobs_awaited++;
    return TRIO_OK;
}

static void leave(void *context, struct trio_job *job)
{
    stop_waiting(context, job);
}

static bool is_busy(void *context)
{
    const struct posix *posix = context;
    return posix->jobs_awaited > 0;
}

const struct trio_jobs trio_posix_jobs_ = {
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
