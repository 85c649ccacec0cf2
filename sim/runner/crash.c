// In a process that has crashed little can be relied on: no lock and no
// heap. The report is made in memory that was there before, and written to the
// descriptor. Then whoever handled the signal before us has it: a sanitizer, or
// the system, which ends the process by it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/crash.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/kernel/state.h"
#include "sim/runner/command.h"
#include "sim/search/search.h"

static struct {
    int signal;
    const char *name;
    struct sigaction previous;
} deaths[] = {{.signal = SIGSEGV, .name = "SIGSEGV"},
              {.signal = SIGABRT, .name = "SIGABRT"},
              {.signal = SIGFPE, .name = "SIGFPE"},
              {.signal = SIGBUS, .name = "SIGBUS"},
              {.signal = SIGILL, .name = "SIGILL"}};

enum { DEATHS = sizeof(deaths) / sizeof(deaths[0]) };

static const struct options *options;
static const struct record *expected;
static const char *replayed;

// Memory for the report, and for a stack that is still good if that of a task
// is not.
static char text[COMMAND_MAX + 256];
static char command[COMMAND_MAX];
static char token[TRIO_SIM_TOKEN_MAX];
static _Alignas(16) char stack[(size_t)64 << 10];

// Writes the token of the run under way as far as it has come, if it is one
// that keeps its decisions: a replay, or of a sweep.
static const char *find_token(void)
{
    const struct kernel *kernel = trio_sim_current_();

    if (kernel == NULL || kernel->plan == NULL || !kernel->details)
        return replayed;
    struct plan plan = *kernel->plan;
    plan.deviations = trio_sim_fired_(kernel, &plan.deviation_count);
    return trio_sim_token_write_(&plan, token, sizeof(token)) > 0 ? token
                                                                  : replayed;
}

static void write_text(int file, const char *from)
{
    size_t left = strlen(from);

    while (left > 0) {
        ssize_t written = write(file, from, left);
        if (written <= 0)
            return;
        from += written;
        left -= (size_t)written;
    }
}

static void leave(const char *suffix, const char *what)
{
    static char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s.%s", options->outputs,
             expected->scenario->name, suffix);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0)
        return;
    write_text(file, what);
    write_text(file, "\n");
    close(file);
}

static void say(const char *signal_name)
{
    const char *found = find_token();

    trio_runner_command_(command, sizeof(command), options, expected, found);
    snprintf(text, sizeof(text), "\n%s crashed: %s\n  replay   %s\n",
             expected->scenario->name, signal_name, command);
    write_text(STDERR_FILENO, text);
    if (options->outputs == NULL)
        return;
    leave("txt", text + 1);
    if (found != NULL)
        leave("token", found);
}

static void on_crash(int signal, siginfo_t *info, void *machine_context)
{
    (void)machine_context;
    for (size_t i = 0; i < DEATHS; i++) {
        if (deaths[i].signal != signal)
            continue;
        sigaction(signal, &deaths[i].previous, NULL);
        if (expected != NULL)
            say(deaths[i].name);
    }
    // What made the fault is done again when we return. What somebody sent is
    // not.
    if (info->si_code <= 0)
        raise(signal);
}

void trio_runner_crash_catch_(const struct options *given)
{
    struct sigaction action = {.sa_sigaction = on_crash,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};

    options = given;
    sigemptyset(&action.sa_mask);
    sigaltstack(&own, NULL);
    for (size_t i = 0; i < DEATHS; i++)
        sigaction(deaths[i].signal, &action, &deaths[i].previous);
}

void trio_runner_crash_expect_(const struct record *record, const char *of)
{
    expected = record;
    replayed = of;
}
