// The command that does something again.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_COMMAND_H
#define TRIO_SIM_RUNNER_COMMAND_H

#include "sim/runner/options.h"
#include "sim/runner/record.h"

enum { COMMAND_MAX = TRIO_SIM_TOKEN_MAX + 1024 };

// Writes the command that does again what this record tells of: the schedule of
// a token, if that is neither NULL nor empty, else the campaign. Uses no heap
// and no lock.
void trio_runner_command_(char *buffer, size_t size,
                          const struct options *options,
                          const struct record *record, const char *token);

#endif // TRIO_SIM_RUNNER_COMMAND_H
