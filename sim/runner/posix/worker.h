// A process that tries scenarios for another one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_POSIX_WORKER_H
#define TRIO_SIM_RUNNER_POSIX_WORKER_H

#include "sim/runner/jobs.h"

// What goes through the pipe. Records hold pointers, but both ends are the same
// program, forked.
struct message {
    enum { MESSAGE_PROGRESS, MESSAGE_FINISH, MESSAGE_WARN } kind;
    struct record record;
    char line[512];
};

// Which scenarios are left to be done, and which part of the search of each.
struct work {
    size_t at;     // The next one,
    size_t stride; // and how far it is from there to the one after it.
    uint64_t part;
    uint64_t parts;
};

// Does it, telling all by `pipe`, and ends the process.
__attribute__((noreturn)) void
trio_runner_work_(const struct jobs *jobs, const struct work *work, int pipe);

// Waits for the next message. False: there is none to come.
bool trio_runner_message_receive_(int pipe, struct message *ret_message);

#endif // TRIO_SIM_RUNNER_POSIX_WORKER_H
