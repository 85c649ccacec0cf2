// Small tasks that many tests start.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_TASKS_H
#define TESTS_TASKS_H

#include <trio/trio.h>

// What a task is to do, and what came of it. Zero sleeps for no time.
struct worker {
    trio_duration delay; // How long to sleep first.
    trio_status result;  // What to return if that went well.
    struct log *log;     // Where to write `name`, or NULL.
    char name;           // Upper case in the log if it was cancelled.
    trio_status slept;   // What the sleep returned.
    trio_time ended;     // When that was.
};

// Does what its worker says; returns what the sleep returned, or the result.
TRIO_CHECKPOINT trio_status worker_run(void *arg);

// Waits for its cancellation. `arg` is NULL or a trio_status, which receives
// what came.
TRIO_CHECKPOINT trio_status sleep_forever(void *arg);

// Returns the trio_status that `arg` points to, at once.
TRIO_MUST_USE trio_status return_status(void *arg);

// Returns TRIO_OK after `*arg`, a trio_duration, behind a shield.
TRIO_CHECKPOINT trio_status sleep_shielded(void *arg);

// Returns the number of the pass that the caller is in.
uint64_t pass_number(void);

// An abort function that agrees, and one that refuses.
bool agree(struct trio_task *task, void *arg);
bool refuse(struct trio_task *task, void *arg);

// A wait for a test's park.
extern const struct trio_wait test_wait;

#endif // TESTS_TASKS_H
