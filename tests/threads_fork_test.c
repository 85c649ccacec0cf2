// A child process has none of its parent's threads, and needs its own.
// SPDX-License-Identifier: MIT OR Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include <sys/wait.h>
#include <unistd.h>

#include <trio/thread.h>

#include "tests/check.h"
#include "tests/tasks.h"

static TRIO_CHECKPOINT trio_status run_in_a_thread(void *arg)
{
    return trio_thread_run(NULL, return_status, arg);
}

// S88
TEST_PLAIN(threads_fork, a_child_process_has_threads_of_its_own)
{
    trio_status fine = TRIO_OK;
    int status = -1;

    CHECK_OK(trio_run(run_in_a_thread, &fine)); // One is idle.
    pid_t child = fork();
    if (child == 0)
        _exit(trio_run(run_in_a_thread, &fine) == TRIO_OK ? 0 : 1);
    REQUIRE(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
