// Threads of the process that do the jobs of all its runs.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_IO_THREADS_H
#define TRIO_IO_THREADS_H

#include <trio/backend.h>

// Has a thread call `job->work`, then post `job->entry`, and, if that is in
// vain, call `job->lost`. Returns 0, or errno if there is no thread to be had.
TRIO_MUST_USE int trio_thread_do_(struct trio_job *job);

// Of the seam.
void trio_thread_pause_(struct trio_job *job);
void trio_thread_resume_(struct trio_job *job);

#endif // TRIO_IO_THREADS_H
