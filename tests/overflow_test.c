// Memory faults that are no task's overflow: whose they are while a run is in
// progress, and after it. Each case is a process of its own.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <trio/run.h>
#include <trio/thread.h>

#include "tests/check.h"

static const int signals[] = {SIGSEGV, SIGBUS};

static struct sigaction present(int signal)
{
    struct sigaction action;

    REQUIRE(sigaction(signal, NULL, &action) == 0);
    return action;
}

static void dispose(int signal, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    REQUIRE(sigaction(signal, &action, NULL) == 0);
}

static void dispose_with_info(int signal,
                              void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

    REQUIRE(sigaction(signal, &action, NULL) == 0);
}

// Calls `fn` in a process, and returns how that ended: its exit status, or
// minus the signal that killed it.
static int end_of_process(int (*fn)(int signal), int signal)
{
    pid_t child = fork();
    int status;

    REQUIRE(child >= 0);
    if (child == 0)
        _exit(fn(signal));
    while (waitpid(child, &status, 0) < 0)
        REQUIRE(errno == EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static TRIO_CHECKPOINT trio_status send_to_itself(void *arg)
{
    raise(*(const int *)arg);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status fault(void *arg)
{
    *(volatile int *)arg = 1;
    return TRIO_OK;
}

static void *const nowhere = (void *)64;

static int ignore_and_send(int signal)
{
    dispose(signal, SIG_IGN);
    return trio_run(send_to_itself, &signal) == TRIO_OK ? 0 : 1;
}

TEST_PLAIN(overflow, a_signal_that_is_sent_may_be_ignored)
{
    for (size_t i = 0; i < COUNT(signals); i++)
        CHECK_EQ(end_of_process(ignore_and_send, signals[i]), 0);
}

static int send_only(int signal)
{
    dispose(signal, SIG_DFL);
    return trio_run(send_to_itself, &signal) == TRIO_OK ? 0 : 1;
}

TEST_PLAIN(overflow, a_signal_that_nobody_handles_ends_the_process)
{
    for (size_t i = 0; i < COUNT(signals); i++)
        CHECK_EQ(end_of_process(send_only, signals[i]), -signals[i]);
}

static int ignore_and_fault(int signal)
{
    dispose(signal, SIG_IGN);
    return trio_run(fault, nowhere) == TRIO_OK ? 0 : 1;
}

TEST_PLAIN(overflow, a_fault_cannot_be_ignored)
{
    CHECK_EQ(end_of_process(ignore_and_fault, SIGSEGV), -SIGSEGV);
}

// ---- Handlers of the program ----

static volatile sig_atomic_t handled;

static void count_signal(int signal)
{
    (void)signal;
    handled++;
}

static int handle_and_send(int signal)
{
    dispose(signal, count_signal);
    if (trio_run(send_to_itself, &signal) != TRIO_OK)
        return 1;
    return handled == 1 ? 0 : 2;
}

static void exit_if_nowhere(int signal, siginfo_t *info, void *machine_context)
{
    (void)machine_context;
    _exit(signal == SIGSEGV && info->si_addr == nowhere ? 42 : 3);
}

static int handle_and_fault(int signal)
{
    dispose_with_info(signal, exit_if_nowhere);
    return trio_run(fault, nowhere) == TRIO_OK ? 0 : 1;
}

TEST_PLAIN(overflow, what_is_no_overflow_is_for_the_handler_of_before)
{
    for (size_t i = 0; i < COUNT(signals); i++)
        CHECK_EQ(end_of_process(handle_and_send, signals[i]), 0);
    CHECK_EQ(end_of_process(handle_and_fault, SIGSEGV), 42);
}

static bool is_counted(int signal)
{
    struct sigaction action = present(signal);

    return (action.sa_flags & SA_SIGINFO) == 0 &&
           action.sa_handler == count_signal;
}

// ---- Between runs ----

static TRIO_CHECKPOINT trio_status do_nothing(void *arg)
{
    (void)arg;
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status run_another(void *arg)
{
    return trio_run(do_nothing, arg);
}

// The end of one of two runs leaves the other its handler.
static TRIO_CHECKPOINT trio_status run_two(void *arg)
{
    int signal = *(const int *)arg;

    if (is_counted(signal))
        return TRIO_EINVAL;
    trio_status rc = trio_thread_run(NULL, run_another, NULL);
    raise(signal);
    return rc == TRIO_OK && is_counted(signal) ? TRIO_EINVAL : rc;
}

static int handle_across_runs(int signal)
{
    dispose(signal, count_signal);
    for (int i = 1; i <= 2; i++)
        if (trio_run(run_two, &signal) != TRIO_OK || !is_counted(signal) ||
            handled != i)
            return 1;
    return 0;
}

TEST_PLAIN(overflow, the_last_run_to_end_leaves_all_as_it_was)
{
    for (size_t i = 0; i < COUNT(signals); i++)
        CHECK_EQ(end_of_process(handle_across_runs, signals[i]), 0);
}

static void exit_with_info(int signal, siginfo_t *info, void *machine_context)
{
    (void)info;
    (void)machine_context;
    _exit(signal);
}

static TRIO_CHECKPOINT trio_status take_over(void *arg)
{
    dispose(*(const int *)arg, count_signal);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status take_over_with_info(void *arg)
{
    dispose_with_info(*(const int *)arg, exit_with_info);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status expect_counted(void *arg)
{
    return is_counted(*(const int *)arg) ? TRIO_OK : TRIO_EINVAL;
}

static int take_over_and_run(int signal)
{
    dispose(signal, SIG_DFL);
    if (trio_run(take_over, &signal) != TRIO_OK || !is_counted(signal))
        return 1;
    return trio_run(expect_counted, &signal) == TRIO_OK && is_counted(signal)
               ? 0
               : 2;
}

static int take_over_with_info_and_end(int signal)
{
    dispose(signal, SIG_DFL);
    if (trio_run(take_over_with_info, &signal) != TRIO_OK)
        return 1;
    return present(signal).sa_sigaction == exit_with_info ? 0 : 2;
}

// It may hand on what it gets: ours is neither above it nor taken away.
TEST_PLAIN(overflow, a_handler_that_came_during_a_run_stays)
{
    for (size_t i = 0; i < COUNT(signals); i++) {
        CHECK_EQ(end_of_process(take_over_and_run, signals[i]), 0);
        CHECK_EQ(end_of_process(take_over_with_info_and_end, signals[i]), 0);
    }
}
