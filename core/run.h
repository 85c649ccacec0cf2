// A run: all that its tasks share.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One run belongs to one thread. What other threads may touch of it is in
// `struct trio_poster`.

#ifndef TRIO_CORE_RUN_H
#define TRIO_CORE_RUN_H

#include <stddef.h>
#include <stdint.h>
#include <trio/backend.h>
#include <trio/cancel_scope.h>
#include <trio/capacity_limiter.h>
#include <trio/entry.h>
#include <trio/error.h>
#include <trio/nursery.h>
#include <trio/realm.h>
#include <trio/run.h>
#include <trio/status.h>
#include <trio/time.h>

#include "core/arch/annotate.h"
#include "core/base.h"
#include "core/misuse.h"
#include "core/own_stack.h"
#include "core/pool.h"
#include "core/task.h"
#include "core/task_queue.h"

struct settle;
struct trio_poster;
struct trio_start_;
struct trio_timer;

// The first deadlines of the heap after a time, each once, as far as they are
// known: all up to the last of these. TRIO_FOREVER: there are no more.
enum { AHEAD_MAX = 16 };
struct ahead {
    trio_time after;
    trio_time times[AHEAD_MAX];
    size_t count;
};

struct trio_run {
    struct trio_task *current; // NULL in the loop.
    struct trio_task *batch;   // The snapshot of this pass.
    struct queue ready;        // Runs in the next pass.
    struct queue held;         // Would, but for its realm, which is paused.
    struct trio_realm_pause *pauses;
    // On whose stack a callback stands, or NULL. Each note keeps this and
    // `current`; side by side they were loaded as one, which waits for the
    // store of the other: that was 3 % of a short simulated run.
    struct trio_task *lender;
    uint64_t steps;
    uint64_t poll_before; // Number of the step by which to poll again.
    uint64_t passes;
    trio_time now;     // Last reading of the clock.
    bool now_is_fresh; // Read in this look of the loop's.
    bool quick;        // Passes may follow each other without the loop.
    bool delivering;
    bool deadlocked;
    bool interrupted;
    bool idle;
    uint32_t observed;         // Kinds of notes, a bit each.
    struct trio_timer *timers; // Root of the heap.
    trio_time due;             // No timer is due before.
    struct trio_timer fresh;   // A ring: armed, and not in the heap yet.
    struct ahead ahead;        // What of the heap is still to come.
    uint64_t sequence;         // Breaks every tie.
    uint64_t tasks_started;
    size_t tasks_living;
    size_t tasks_max; // Room in `snapshot`.
    struct trio_task **snapshot;
    size_t line_first; // Of those in the snapshot whose step is yet to come.
    struct trio_task **shown;     // To a scheduler that is choosing, or NULL.
    size_t unchosen;              // How many are yet to come.
    size_t shown_max;             // Of a former snapshot.
    struct trio_task *told_first; // Of a cancellation, parked until then.
    struct trio_task *told_last;
    uint32_t marks; // Of deadlock searches.
    struct trio_start_ *refresh;
    struct settle *settling;
    trio_time idle_since;
    struct trio_entry *entries; // Taken from the poster, oldest first.
    struct trio_poster *poster;
    struct pool tasks;
    struct trio_task *dead; // Descriptors to use again, records and all.
    struct pool errors;
    uint64_t failures; // Sequence of error records.
    struct own_stack spare;
    size_t promises;     // Unused ones, of the default size.
    uint64_t fp_control; // The loop's.
    void *context;       // The loop's.
    void *way_out;       // Of whoever abandons the run.
    bool abandoned;
    bool catching; // Interrupts.
    struct trio_annotation annotation;
    struct trio_cancel_scope root;
    struct trio_nursery main;
    struct trio_nursery system;
    struct trio_entry interrupt;
    struct trio_capacity_limiter threads;
    struct trio_names names;
    char cycle[TRIO_ERROR_TEXT_MAX]; // Of a deadlock, or empty.
    struct trio_config config;
};

extern _Thread_local struct trio_run *trio_current_run_;

// The run of this thread, for a function that is named where there is none.
static inline struct trio_run *trio_run_for_(const char *function)
{
    struct trio_run *run = trio_current_run_;
    if (UNLIKELY(run == NULL))
        trio_misuse_by_(function, "needs a run, and this thread is not in one",
                        NULL, NULL);
    return run;
}
#define trio_run_current_() trio_run_for_(__func__)

// The task that runs. Callbacks have none.
static inline struct trio_task *trio_task_for_(struct trio_run *run,
                                               const char *function)
{
    struct trio_task *task = run->current;
    if (UNLIKELY(task == NULL))
        trio_misuse_by_(function, "needs a task, and none runs here", NULL,
                        NULL);
    return task;
}
#define trio_task_current_(run) trio_task_for_(run, __func__)

// The run, for a function that needs a task of it, too.
static inline struct trio_run *trio_run_in_task_for_(const char *function)
{
    struct trio_run *run = trio_run_for_(function);
    (void)trio_task_for_(run, function);
    return run;
}
#define trio_run_in_task_() trio_run_in_task_for_(__func__)

// ---- run.c, run_end.c, abandon.c ----
// Whether passes may follow each other without the loop.
bool trio_run_is_quick_(const struct trio_config *config);
TRIO_MUST_USE trio_status trio_run_result_(struct trio_run *run);
void trio_interrupt_let_go_(struct trio_run *run); // If it was caught.
void trio_abandoned_(struct trio_run *run);        // If it was.

#endif // TRIO_CORE_RUN_H
