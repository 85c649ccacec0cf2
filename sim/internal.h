// What the simulation's files share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_INTERNAL_H
#define TRIO_SIM_INTERNAL_H

#include <trio/backend.h>
#include <trio/base.h>

// Advances a generator, of which all 64 bits of state are `*state`, and returns
// its next number. Any state is a good one.
uint64_t trio_sim_next_(uint64_t *state);

// Returns a number from 0 to `bound` - 1, each exactly as likely. `bound` is
// not 0.
uint64_t trio_sim_below_(uint64_t *state, uint64_t bound);

// Makes a scheduler that draws each next task from the generator at `state`.
struct trio_scheduler trio_sim_shuffle_(uint64_t *state);

// Returns a time that no duration of a program comes near.
trio_time trio_sim_starting_time_(uint64_t seed);

// Makes a world that has nothing in it but jobs, which are listed at its
// context, a `struct trio_job *`.
struct trio_world trio_sim_empty_world_(struct trio_job **jobs);

// Makes a job ready to be worked.
void trio_sim_work_begin_(struct trio_job *job);

// Does what a thread would do with it.
void trio_sim_work_(struct trio_job *job);

#endif // TRIO_SIM_INTERNAL_H
