// A job of the seam where there are no threads: somebody chooses the moment,
// and it is called in the run's own thread, outside any task.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/internal.h"

static void on_done(struct trio_entry *entry)
{
    struct trio_job *job =
        (struct trio_job *)((char *)entry - offsetof(struct trio_job, entry));

    job->done(job);
}

void trio_sim_work_begin_(struct trio_job *job)
{
    job->entry = (struct trio_entry)TRIO_ENTRY_INIT(on_done);
    job->next = NULL;
}

void trio_sim_work_(struct trio_job *job)
{
    job->work(job);
    if (trio_poster_post(job->poster, &job->entry) != TRIO_OK)
        job->lost(job);
}
