// What is said of a scenario that has failed.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_REPORT_H
#define TRIO_SIM_RUNNER_REPORT_H

#include "sim/runner/crash.h"
#include "sim/runner/options.h"
#include "sim/runner/record.h"

// Returns all about a failure as a text to be freed. Replays its token for
// that.
char *trio_runner_report_failure_(const struct options *options,
                                  struct trio_campaign *campaign,
                                  const struct record *record);

// Returns what happens when the token of a record is replayed, as a text to be
// freed.
char *trio_runner_report_story_(const struct options *options,
                                struct trio_campaign *campaign,
                                const struct record *record);

// Tells the same on the standard output of a replay that this process is dying
// of, and ends it; `context` is the options.
void trio_runner_report_death_(void *context, const struct death *death,
                               struct kernel *kernel);

// Leaves the token and the report in the folder for outputs, if there is one.
void trio_runner_report_leave_(const struct options *options,
                               const struct record *record, const char *report);

#endif // TRIO_SIM_RUNNER_REPORT_H
