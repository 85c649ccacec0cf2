// Jobs: work beside the loop, done when the simulation says so.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_JOB_H
#define TRIO_SIM_JOB_H

#include <trio/base.h>

// A `trio_sim_job` stands in for what another thread would do, or the world
// outside: a function that is called once, outside any task, at a moment that
// the run chooses. By itself that is when every task waits, in the order of
// starting; a schedule may have it earlier, or after time has passed. While one
// is under way, nobody is deadlocked.
//
//     static void finish(struct trio_sim_job *job)
//     {
//         struct request *request = (struct request *)job; // its first member
//         trio_wake(request->task, TRIO_OK);
//     }
//
// The caller owns the storage; it stays in place until the job is done or was
// withdrawn.
struct trio_sim_job {
    void (*fn)(struct trio_sim_job *job); // Private. May do what an entry may.
    uint64_t path;                        // Private. Its name in tokens.
};

TRIO_BEGIN_DECLS

// Starts a job. It is misuse if the job is under way already, and in a run that
// is not simulated.
//
//     trio_sim_job_start(&request->job, finish);
//
// Checkpoint: never.
void trio_sim_job_start(struct trio_sim_job *job,
                        void (*fn)(struct trio_sim_job *job));

// Withdraws a job; returns false if it has been done already.
//
//     if (trio_sim_job_withdraw(&request->job))
//         return TRIO_ECANCELED; // It is not done, and never will be.
//
// Checkpoint: never.
bool trio_sim_job_withdraw(struct trio_sim_job *job);

TRIO_END_DECLS

#endif // TRIO_SIM_JOB_H
