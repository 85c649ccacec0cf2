// The jobs of a run. They are counted in the run's own thread only, at their
// beginning and when they are told to be done: what has an entry on the way is
// still in flight.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "io/lookup.h"
#include "io/threads.h"
#include "io/windows/iocp.h"

static void stop_waiting(struct iocp *iocp, struct trio_job *job)
{
    if (!job->awaited)
        return;
    job->awaited = false;
    TRIO_ASSERT(iocp->jobs_awaited > 0);
    iocp->jobs_awaited--;
}

static void on_done(struct trio_entry *entry)
{
    struct iocp *iocp = trio_run_world()->context;
    struct trio_job *job =
        (struct trio_job *)((char *)entry - offsetof(struct trio_job, entry));

    stop_waiting(iocp, job);
    TRIO_ASSERT(iocp->jobs > 0);
    iocp->jobs--;
    job->done(job);
}

static trio_status submit(void *context, struct trio_job *job)
{
    struct iocp *iocp = context;

    job->entry = (struct trio_entry)TRIO_ENTRY_INIT(on_done);
    job->awaited = true;
    int error = trio_thread_do_(job);
    if (error != 0)
        return trio_iocp_refuse_(iocp, TRIO_ENOMEM, error);
    iocp->jobs++;
    iocp->jobs_awaited++;
    return TRIO_OK;
}

static void leave(void *context, struct trio_job *job)
{
    stop_waiting(context, job);
}

static bool is_busy(void *context)
{
    const struct iocp *iocp = context;
    return iocp->jobs_awaited > 0;
}

const struct trio_jobs trio_iocp_jobs_ = {
    .submit = submit,
    .leave = leave,
    .busy = is_busy,
    .pause = trio_thread_pause_,
    .resume = trio_thread_resume_,
    .lookup_addresses = trio_lookup_addresses_,
    .lookup_name = trio_lookup_name_,
    .watch_signals = trio_iocp_watch_signals_,
    .unwatch_signals = trio_iocp_unwatch_signals_,
    .raise_signal = trio_iocp_raise_signal_,
    .catch_interrupt = trio_iocp_catch_interrupt_,
    .release_interrupt = trio_iocp_release_interrupt_,
};
