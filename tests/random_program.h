// Random programs of everything that can be cancelled, started or woken, which
// hold themselves against the model of the rules after each call.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TESTS_RANDOM_PROGRAM_H
#define TESTS_RANDOM_PROGRAM_H

#include <trio/run.h>

#include "tests/failing_memory.h"
#include "tests/model.h"

enum {
    PROGRAM_LOTS = 3,
    PROGRAM_OPEN_MAX = 512,
    PROGRAM_ACTORS = 96,
    PROGRAM_PARKED_MAX = 128,
    PROGRAM_ENTRIES = 4
};

// A call of trio_nursery_start, in its frame.
struct call {
    struct model_scope scope;
    trio_status status; // What its task ended with.
    bool ran;
    bool started;
};

// A task, and where it is.
struct actor {
    struct model_scope root;
    struct model_scope *top;     // Innermost.
    struct model_scope *nursery; // Where it belongs; NULL: main, or to `call`.
    struct call *call;           // Until trio_started.
    bool given;                  // It may end with TRIO_ECANCELED.
    bool begun;
    bool ended;
};

// A task that waits for a trio_wake.
struct parked {
    struct trio_task *task;
    bool refuses;
    int aborts;
};

struct post {
    struct trio_entry entry; // First.
    bool queued;
};

struct random_program {
    uint64_t random;
    bool alone;     // Nobody watches that nobody waits for ever.
    int operations; // That may still be begun.
    struct trio_parking_lot lots[PROGRAM_LOTS];
    struct model_scope *open[PROGRAM_OPEN_MAX];
    size_t open_count;
    struct parked *parked[PROGRAM_PARKED_MAX];
    size_t parked_count;
    struct actor actors[PROGRAM_ACTORS];
    size_t actor_count;
    struct post posts[PROGRAM_ENTRIES];
    struct trio_poster *poster;
    const struct failing_memory *memory; // It runs in; it may have failed.
    trio_status rc;                      // Of main.
};

// Prepares the program of this number. One at a time. One that is `alone` may
// end in a deadlock; the observer then sets model_deadlocked.
void random_program_begin(struct random_program *program, uint64_t number,
                          const struct failing_memory *memory, bool alone);

// Runs it: the main task of a run.
TRIO_CHECKPOINT trio_status random_program_run(void *arg);

// Checks what must hold when its run has returned `rc`.
void random_program_end(const struct random_program *program, trio_status rc);

// Returns one of 0 to bound - 1, as the program does.
size_t random_program_draw(size_t bound);

#endif // TESTS_RANDOM_PROGRAM_H
