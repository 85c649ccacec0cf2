// A signal cuts short whatever waits, which then looks here.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/runner/posix/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static void handle_with(void (*handler)(int signal))
{
    struct sigaction action = {.sa_handler = handler};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

void trio_runner_interrupts_catch_(void)
{
    handle_with(on_interrupt);
}

void trio_runner_interrupts_ignore_(void)
{
    handle_with(SIG_IGN);
}

bool trio_runner_interrupted_(void)
{
    return interrupted != 0;
}
