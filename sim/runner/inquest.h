// Inquests: which schedule a process has died of, and what happened in it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_INQUEST_H
#define TRIO_SIM_RUNNER_INQUEST_H

#include "sim/runner/crash.h"
#include "sim/runner/trial.h"

// Finds the schedule that led to a death and shrinks it, each run in a process
// of its own; puts text and token into the record. What cannot be found again
// stays as it is. `trial` is that of the process that died, with a campaign of
// this one; `death` has that schedule then.
void trio_runner_inquest_(const struct trial *trial, struct death *death,
                          struct record *record);

// Replays the token of a record in a process of its own, in which `write` tells
// what happened when it dies, to `*ret_pipe`; copies that to `out`.
void trio_runner_inquest_story_(FILE *out, FILE **ret_pipe,
                                const struct options *options,
                                struct trio_campaign *campaign,
                                const struct record *record, crash_fn *write,
                                void *context);

#endif // TRIO_SIM_RUNNER_INQUEST_H
