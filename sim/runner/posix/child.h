// Children: processes that may die, of which somebody waits for the end.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_POSIX_CHILD_H
#define TRIO_SIM_RUNNER_POSIX_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct child {
    pid_t pid;
    int pipe; // From it. In the child: to whoever waits.
};

// Has this process end with the one that forked it, `parent`.
void trio_runner_child_bind_(pid_t parent);

// Forks one, which ends with this process. Returns whether this is the child.
bool trio_runner_child_fork_(struct child *ret_child);

// Waits for its end, and copies what it writes to `out`, if that is not NULL.
// An interrupt ends it. A child that could not be had has ended.
void trio_runner_child_wait_(const struct child *child, FILE *out);

// Returns memory that is shared with processes forked from now on, zeroed, or
// NULL.
void *trio_runner_shared_new_(size_t size);

#endif // TRIO_SIM_RUNNER_POSIX_CHILD_H
