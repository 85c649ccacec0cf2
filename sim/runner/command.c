// A campaign is determined by its seed and by what was asked for besides, so
// the command repeats all of that; a token says everything itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/command.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static const char *const orders[] = {
    [TRIO_SIM_PASS] = "pass", [TRIO_SIM_ANY] = "any", [TRIO_SIM_SOFT] = "soft"};
static const char *const sweeps[] = {
    [SWEEP_ON] = "on", [SWEEP_OFF] = "off", [SWEEP_ONLY] = "only"};

TRIO_PRINTF(3, 4)
static void append(char *buffer, size_t size, const char *format, ...)
{
    size_t length = strlen(buffer);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(buffer + length, size - length, format, arguments);
    va_end(arguments);
}

static void append_sweep(char *buffer, size_t size, const char *name,
                         enum sweep sweep)
{
    if (sweep != SWEEP_ON)
        append(buffer, size, " --%s-sweep=%s", name, sweeps[sweep]);
}

static void append_campaign(char *buffer, size_t size,
                            const struct options *options,
                            const struct record *record)
{
    // A record of no campaign has no number.
    uint64_t runs = record->runs > 0 ? record->runs : options->runs;
    bool swept = record->seed == options->seed; // Only the first one does.

    append(buffer, size, " --seed %" PRIu64, record->seed);
    if (runs > 0)
        append(buffer, size, " --runs %" PRIu64, runs);
    if (options->strategy != NULL)
        append(buffer, size, " --strategy %s", options->strategy);
    if (options->script != NULL)
        append(buffer, size, " --script '%s'", options->script);
    if (record->order != NULL)
        append(buffer, size, " --order %s", orders[*record->order]);
    append_sweep(buffer, size, "cancel",
                 swept ? options->cancel_sweep : SWEEP_OFF);
    append_sweep(buffer, size, "time",
                 swept ? options->time_sweep : SWEEP_OFF);
    append_sweep(buffer, size, "failure",
                 swept ? options->failure_sweep : SWEEP_OFF);
    if (options->no_malloc_failures)
        append(buffer, size, " --malloc-failures=off");
    if (options->faults != FAULTS_AS_ASKED)
        append(buffer, size, " --faults=%s",
               options->faults == FAULTS_ON ? "on" : "off");
}

void trio_runner_command_(char *buffer, size_t size,
                          const struct options *options,
                          const struct record *record, const char *token)
{
    const char *target = options->target;

    buffer[0] = '\0';
    append(buffer, size, "%s%s%s --test %s",
           target != NULL ? "bazel run " : options->program,
           target != NULL ? target : "", target != NULL ? " --" : "",
           record->scenario->name);
    if (token != NULL && *token != '\0')
        append(buffer, size, " --replay=%s", token);
    else
        append_campaign(buffer, size, options, record);
}
