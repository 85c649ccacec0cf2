// What the bugs of this folder share.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Each bug is a scenario with a witness, a schedule by hand in which it fails;
// when the first in line always comes first, it passes. A scenario without one
// is a bug that has been corrected. The names of bugs that need a cancellation
// begin with "cancel_", of those that need an event at a certain place with
// "event_".

#ifndef BENCH_BUGS_BUGS_H
#define BENCH_BUGS_BUGS_H

#include <trio/lock.h>
#include <trio/scenario.h>
#include <trio/trio.h>

// How many steps each task takes before it comes to what matters.
extern unsigned bugs_soft_points;

// A change of the program that has nothing to do with its bug: each task begins
// with a step more, on an object that nobody else knows.
enum bugs_change {
    BUGS_UNCHANGED,
    BUGS_CHECKPOINT, // the step is a checkpoint
    BUGS_SOFT_POINT  // the step is a soft point
};

extern enum bugs_change bugs_change;

// Every task of a bug calls one of these two first.
//
// Checkpoint: parks only.
TRIO_PARKS void bugs_start(void);

// The same for tasks that are like threads, in the order SOFT.
//
// Checkpoint: parks only.
TRIO_PARKS void bugs_start_thread(void);

// Tasks that do the same; after the last kind comes one whose name is NULL.
struct bugs_tasks {
    const char *name; // By which the witness calls them.
    trio_task_fn fn;
    void *arg;     // Of the first; of the others `stride` bytes further each.
    size_t count;  // 0: one.
    size_t stride; // 0: they share it.
};

// Runs all of them, started in this order, until they have ended.
//
// Checkpoint: parks only.
// Returns: what the nursery came to, or TRIO_ENOMEM.
TRIO_PARKS TRIO_MUST_USE trio_status bugs_run(const struct bugs_tasks *tasks);

// Acquires a lock as threads do: one that is free costs no turn.
//
// Checkpoint: when it has to wait.
// Returns: as trio_lock_acquire.
TRIO_CHECKPOINT trio_status bugs_mutex_lock(struct trio_lock *lock);

#endif // BENCH_BUGS_BUGS_H
