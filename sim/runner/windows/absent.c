// Nothing forks here: all runs are in this process, and if it dies of one, it
// says so itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <errno.h>

#include "sim/runner/inquest.h"
#include "sim/runner/jobs.h"

const bool trio_runner_jobs_exist_ = false;

bool trio_runner_jobs_(const struct jobs *jobs, bool *ret_clean)
{
    (void)jobs, (void)ret_clean;
    errno = ENOSYS;
    return false;
}

// No record has died.
void trio_runner_inquest_story_(FILE *out, FILE **ret_pipe,
                                const struct options *options,
                                struct trio_campaign *campaign,
                                const struct record *record, crash_fn *write,
                                void *context)
{
    (void)out, (void)ret_pipe, (void)options, (void)campaign, (void)record;
    (void)write, (void)context;
}
