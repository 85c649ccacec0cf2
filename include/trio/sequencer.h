// Sequencers: steps of several tasks in one given order, for tests.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SEQUENCER_H
#define TRIO_SEQUENCER_H

#include <trio/base.h>
#include <trio/status.h>

struct trio_sequencer_waiter;

// A `trio_sequencer` has positions 0, 1, 2 and so on, each to be taken once, by
// any task, and lets them be passed in that order. What a task does from a
// position to its next checkpoint happens before the next position is passed.
//
//     static struct trio_sequencer order = TRIO_SEQUENCER_INIT;
//
//     rc = trio_sequencer_wait(&order, 0); // in one task
//     rc = trio_sequencer_wait(&order, 2);
//
//     rc = trio_sequencer_wait(&order, 1); // in another one
//
// A stretch that has checkpoints in it is ordered by a position at its end. A
// task that is cancelled in its wait breaks the sequence for all the others,
// which would wait for ever. Zero is a valid sequencer. The caller owns the
// storage; it needs no teardown, but must outlive every task that waits. Not
// thread-safe: use it from its loop's thread only.
struct trio_sequencer {
    size_t next; // Private. The position that is passed next.
    bool broken; // Private. A task was cancelled in its wait.
    struct trio_sequencer_waiter *waiters; // Private.
};

// clang-format off
#define TRIO_SEQUENCER_INIT {0, false, NULL}
// clang-format on

TRIO_BEGIN_DECLS

// Waits until the positions before this one have been passed, and passes it. A
// position that was taken before is misuse.
//
// Checkpoint: always.
// Returns: TRIO_OK         it is this task's turn.
//          TRIO_ECANCELED  an enclosing scope is cancelled; the sequence is
//                          broken.
//          TRIO_EBROKEN    another task was cancelled in its wait.
TRIO_CHECKPOINT trio_status
trio_sequencer_wait(struct trio_sequencer *sequencer, size_t position);

TRIO_END_DECLS

#endif // TRIO_SEQUENCER_H
