// A handler has a stack of its own, for that of a task may be what the process
// has died of. Then whoever handled the signal before us has it: a sanitizer,
// or the system, which ends the process by it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "sim/kernel/state.h"
#include "sim/runner/crash.h"
#include "sim/runner/crash_place.h"
#include "sim/runner/crash_system.h"
#include "sim/runner/sanitizer.h"

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

static bool another_waits; // For what a sanitizer ends the process by.
static _Alignas(16) char stack[(size_t)256 << 10];

static void on_crash(int signal, siginfo_t *info, void *machine_context)
{
    struct kernel *kernel = trio_runner_crash_leave_run_();
    char what[DEATH_TEXT_MAX];

    (void)machine_context;
    for (size_t i = 0; i < DEATHS; i++) {
        if (deaths[i].signal != signal)
            continue;
        sigaction(signal, &deaths[i].previous, NULL);
        snprintf(what, sizeof(what), "crashed: %s", deaths[i].name);
        trio_runner_crash_die_(kernel, what, true);
    }
    // What made the fault is done again when we return. What somebody sent is
    // not.
    if (info->si_code <= 0)
        raise(signal);
}

// ---- Sanitizers ----

static void on_sanitizer(void)
{
    trio_runner_crash_die_(trio_runner_crash_leave_run_(),
                           "crashed: a sanitizer ended the process", false);
}

// Ends the process, too, unless it was built to go on.
void __ubsan_on_report(void)
{
    struct kernel *kernel = trio_runner_crash_leave_run_();

    trio_runner_crash_die_(kernel, "crashed: a sanitizer ended the process",
                           false);
    trio_sim_kernel_ = kernel;
}

void trio_runner_asan_on_error_(void)
{
    if (another_waits)
        on_sanitizer();
}

// ---- Time ----

static void on_tick(int signal)
{
    (void)signal;
    if (trio_runner_crash_tick_(trio_sim_current_()))
        _exit(EXIT_FAILED);
}

void trio_runner_crash_ticks_(bool on)
{
    const struct timeval second = {on, 0};
    const struct itimerval timer = {second, second};

    setitimer(ITIMER_PROF, &timer, NULL);
}

void trio_runner_crash_say_(const char *words)
{
    // Nobody can be told if it cannot be said.
    if (write(STDERR_FILENO, words, strlen(words)) < 0)
        return;
}

void trio_runner_crash_hurry_(unsigned seconds)
{
    alarm(seconds);
}

void trio_runner_crash_signals_(bool alone)
{
    struct sigaction action = {.sa_sigaction = on_crash,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK};
    struct sigaction tick = {.sa_handler = on_tick,
                             .sa_flags = SA_ONSTACK | SA_RESTART};
    stack_t other = {.ss_sp = stack, .ss_size = sizeof(stack)};

    trio_runner_crash_place_prepare_();
    sigemptyset(&action.sa_mask);
    sigemptyset(&tick.sa_mask);
    sigaltstack(&other, NULL);
    for (size_t i = 0; i < DEATHS; i++)
        sigaction(deaths[i].signal, &action, &deaths[i].previous);
    sigaction(SIGPROF, &tick, NULL);
    another_waits = !alone;
    if (alone)
        trio_runner_sanitizer_catch_(on_sanitizer);
}
