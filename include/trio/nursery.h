// Nurseries: a place for tasks to run in, which waits for all of them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_NURSERY_H
#define TRIO_NURSERY_H

#include <trio/base.h>
#include <trio/cancel_scope.h>
#include <trio/status.h>

struct trio_error;
struct trio_start_;

// What a task runs. Its status goes to the nursery that it was started in.
typedef trio_status (*trio_task_fn)(void *arg);

// The most that trio_nursery_start_soon_copy copies, in bytes.
#define TRIO_COPY_MAX 512

// A `trio_nursery` runs tasks. Close waits for all of them, so that no task
// outlives the block of code that started it, and no error of one gets lost:
//
//     struct trio_nursery nursery;
//
//     trio_nursery_open(&nursery);
//     trio_status rc = trio_nursery_start_soon(&nursery, greet, ada);
//     if (rc == TRIO_OK)
//         rc = trio_nursery_start_soon(&nursery, greet, grace);
//     return trio_nursery_close(&nursery, rc); // waits for both
//
// A nursery begins with a cancel scope. The first real failure, of a task or of
// the status given to close, cancels it; all tasks are awaited; then the errors
// become one.
//
// The caller owns the storage and need not initialise it; opening neither fails
// nor allocates. It nests with cancel scopes and closes in the task that opened
// it. Other tasks of the run may start tasks in it while it is open. Not
// thread-safe: use it from its loop's thread only.
struct TRIO_SCOPE_TYPE("nursery") trio_nursery {
    struct trio_cancel_scope scope; // Private. First: one tree for both.
    size_t living;                  // Private. Tasks that have not ended.
    struct trio_start_ *starts;     // Private. Calls of trio_nursery_start.
    struct trio_error *errors;      // Private. Leaves, in order of completion.
    struct trio_error *last_error;  // Private.
    size_t unrecorded;              // Private. Failures without a record.
    trio_status status;             // Private. The one thing that went wrong.
    bool closing;                   // Private. The owner waits in close.
};

// How a task is started. Zero, or NULL for the whole, is the default.
struct trio_task_options {
    const char *name;  // Kept, by error records, too: mostly a literal. NULL: a
                       // dump shows the function.
    size_t stack_size; // In bytes, rounded up to a size class; at most 8 MiB.
                       // Default 256 KiB.
    bool keep_fp;      // Keep floating-point control words across switches.
};

TRIO_BEGIN_DECLS

// Opens a nursery.
//
// Checkpoint: never.
void trio_nursery_open(struct trio_nursery *nursery) TRIO_OPENS(nursery);

// Waits until every task of the nursery has ended, also those started in the
// meantime, then closes it and returns what all of it came to. `rc` is the
// status of the body; a real failure cancels the tasks first.
//
// Checkpoint: parks only, always; a cancellation reaches the tasks instead.
// Returns: TRIO_OK         the body and every task returned TRIO_OK, or were
//                          cancelled by this nursery's own scope.
//          TRIO_ECANCELED  a cancellation goes on outwards.
//          TRIO_EGROUP     several failed, with different statuses.
//          other           the status of the only failure, or of all of them.
TRIO_PARKS TRIO_MUST_USE trio_status trio_nursery_close(
    struct trio_nursery *nursery, trio_status rc) TRIO_CLOSES(nursery);

// Returns the nursery's cancel scope, to cancel it or to give it a deadline. In
// simulation the cancel sweep cancels it from then on, and not before.
//
// Checkpoint: never.
struct trio_cancel_scope *
trio_nursery_cancel_scope(struct trio_nursery *nursery);

// Starts a task that will run `fn(arg)`. It runs at the earliest after the
// caller's next checkpoint. `arg` must stay valid for as long as the task uses
// it: not the address of a loop variable, for which there is
// trio_nursery_start_soon_copy.
//
// Checkpoint: never. Also from entry callbacks.
// Returns: TRIO_OK      the task will run, if only to its first checkpoint.
//          TRIO_ENOMEM  out of memory; nothing was started.
TRIO_MUST_USE trio_status trio_nursery_start_soon(struct trio_nursery *nursery,
                                                  trio_task_fn fn, void *arg);

// Starts a task as trio_nursery_start_soon does, with options.
//
// Checkpoint: never.
// Returns: TRIO_OK      the task will run.
//          TRIO_ENOMEM  out of memory; nothing was started.
//          TRIO_EINVAL  the stack size is larger than there are stacks.
TRIO_MUST_USE trio_status
trio_nursery_start_soon_with(struct trio_nursery *nursery,
                             const struct trio_task_options *options,
                             trio_task_fn fn, void *arg);

// Starts a task as trio_nursery_start_soon does, with a copy of `size` bytes at
// `data` of its own: `fn` gets the address of the copy, aligned as by malloc.
// `data` may be NULL if `size` is 0.
//
// Checkpoint: never.
// Returns: TRIO_OK      the task will run; `data` may change now.
//          TRIO_ENOMEM  out of memory; nothing was started.
//          TRIO_EINVAL  `size` is larger than TRIO_COPY_MAX.
TRIO_MUST_USE trio_status
trio_nursery_start_soon_copy(struct trio_nursery *nursery, trio_task_fn fn,
                             const void *data, size_t size);

// Starts a task and waits until it calls trio_started, whose value it returns:
// for a server, say, that is to be connected to only once it listens. Until
// then the task belongs to this call: a cancellation of the caller or of the
// nursery reaches it, and its failure is returned here. Afterwards it is the
// nursery's. `ret_value` may be NULL.
//
// Checkpoint: always.
// Returns: TRIO_OK           the task has started; `*ret_value` is its value.
//          TRIO_ECANCELED    the caller is cancelled; the task has ended.
//          TRIO_ENOTSTARTED  the task ended without trio_started.
//          TRIO_ENOMEM       out of memory; nothing was started.
//          other             the task failed before trio_started.
TRIO_CHECKPOINT trio_status trio_nursery_start(struct trio_nursery *nursery,
                                               trio_task_fn fn, void *arg,
                                               void **ret_value);

// Tells the trio_nursery_start that the current task was begun by to return
// `value`, and makes the task the nursery's. Twice is misuse. In a task begun
// in another way it does nothing.
//
// Checkpoint: never.
void trio_started(void *value);

// Opens a nursery, runs `fn(nursery, arg)`, closes it.
//
//     static trio_status greet_both(struct trio_nursery *nursery, void *arg)
//     {
//         trio_status rc = trio_nursery_start_soon(nursery, greet, ada);
//         if (rc == TRIO_OK)
//             rc = trio_nursery_start_soon(nursery, greet, grace);
//         return rc;
//     }
//
//     rc = trio_nursery_run(greet_both, NULL);
//
// Checkpoint: whatever `fn` does; close then parks, always.
// Returns: what trio_nursery_close returns.
TRIO_CHECKPOINT trio_status trio_nursery_run(
    trio_status (*fn)(struct trio_nursery *nursery, void *arg), void *arg);

TRIO_END_DECLS

#endif // TRIO_NURSERY_H
