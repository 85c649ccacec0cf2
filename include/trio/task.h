// Tasks from the inside: checkpoints, parking and waking, what a task owns.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_TASK_H
#define TRIO_TASK_H

#include <trio/base.h>
#include <trio/status.h>

// One task. Valid until its function has returned.
struct trio_task;

// What an operation does to the object it works on: tells dependent operations
// of different tasks from independent ones.
enum trio_access {
    TRIO_ACCESS_READ,    // looks at it
    TRIO_ACCESS_WRITE,   // changes it
    TRIO_ACCESS_ACQUIRE, // takes something from it
    TRIO_ACCESS_RELEASE  // gives something to it
};

// One kind of wait, described once in a static const. Dumps, deadlock reports
// and traces read it.
struct trio_wait {
    const char *verb;        // "acquire", "receive": what the task tries to do
    enum trio_access access; // What it will do to the object
    struct trio_task *(*owner)(const void *object); // Who holds it, or NULL
};

// A function to be called when a task ends, in storage of the caller's.
struct trio_task_exit {
    void (*fn)(struct trio_task_exit *node); // Private.
    struct trio_task_exit *next;             // Private.
};

// A key of task-local values: an object with static storage. The destructor
// may be NULL.
//
//     static const struct trio_task_key request_id = {NULL};
struct trio_task_key {
    void (*destroy)(void *value);
};

// A value of one task under one key, in storage of the task's.
struct trio_task_local {
    struct trio_task_exit exit;      // Private. First.
    const struct trio_task_key *key; // Private.
    void *value;                     // Private.
};

TRIO_BEGIN_DECLS

// Lets every other task that can run take its turn.
//
// Checkpoint: always; it looks for a cancellation before that and after it.
// Returns: TRIO_OK         the task goes on.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status trio_checkpoint(void);

// Checks for cancellation without taking a turn, for the start of operations
// that must have no effect when cancelled.
//
//     rc = trio_checkpoint_if_cancelled();
//     if (rc != TRIO_OK)
//         return rc; // Nothing has happened.
//     pool->taken++;
//     trio_cancel_shielded_checkpoint();
//     return TRIO_OK;
//
// Checkpoint: when cancelled.
// Returns: TRIO_OK         no enclosing scope is cancelled.
//          TRIO_ECANCELED  one is; other tasks had their turn.
TRIO_CHECKPOINT trio_status trio_checkpoint_if_cancelled(void);

// Lets other tasks take their turn without looking at cancellation, for the end
// of operations that have done their work.
//
// Checkpoint: parks only.
TRIO_PARKS void trio_cancel_shielded_checkpoint(void);

// Returns the current task. Misuse outside a task.
//
// Checkpoint: never.
struct trio_task *trio_task_current(void);

// Says whether the caller is a task in its step: not a callback of the loop,
// nor code outside a run.
//
//     if (trio_in_task()) // not in a callback
//         rc = trio_checkpoint();
//
// Checkpoint: never. From any thread.
bool trio_in_task(void);

// Returns a task's number: 1, 2, ... in the order of starting in its run.
//
//     struct trio_task *task = trio_task_current();
//     const char *name = trio_task_name(task);
//
//     printf("task %d %s\n", (int)trio_task_number(task),
//            name != NULL ? name : "");
//
// Checkpoint: never.
uint64_t trio_task_number(const struct trio_task *task);

// Returns the name that a task was given, or NULL.
//
// Checkpoint: never.
const char *trio_task_name(const struct trio_task *task);

// Takes the current task off the run queue until trio_wake gives it a result or
// `abort` says that it may be cancelled. `abort(task, arg)` is called when the
// task is cancelled, at most once, not from the task itself, except that a task
// that is cancelled already calls it on entry. It must not park. If it returns
// true, or there is none (NULL), the wait is over, and whatever would have
// woken the task must not do so any more. If it returns false, the wait goes
// on, and the result of the wake is delivered. `wait` is static, `object` is
// what is waited for.
//
//     static bool leave(struct trio_task *task, void *arg)
//     {
//         struct slot *slot = arg;
//         slot->task = NULL; // nobody will wake us
//         return true;
//     }
//
//     slot->task = trio_task_current();
//     trio_status rc = trio_park(&slot_wait, slot, leave, slot);
//
// Checkpoint: always.
// Returns: TRIO_ECANCELED  an enclosing scope is cancelled, `abort` agreed.
//          other           what was given to trio_wake.
TRIO_CHECKPOINT trio_status trio_park(const struct trio_wait *wait,
                                      const void *object,
                                      bool (*abort)(struct trio_task *task,
                                                    void *arg),
                                      void *arg);

// Parks the current task like trio_park, but never for a cancellation.
//
//     slot->task = trio_task_current();
//     rc = trio_park_shielded(&slot_wait, slot);
//
// Checkpoint: parks only.
// Returns: what was given to trio_wake.
TRIO_PARKS TRIO_MUST_USE trio_status
trio_park_shielded(const struct trio_wait *wait, const void *object);

// Makes a parked task runnable; its park returns `result`. All its waiters
// leave their parking lots now. If it waits by trio_parking_lot_park and
// `result` is a failure, it forgets its newest record of that status, which is
// of another failure. Waking a task that is not parked is misuse, and so is
// waking one of another run, or one that sleeps or waits for a nursery or a
// handle.
//
// Checkpoint: never. Also from entry callbacks.
void trio_wake(struct trio_task *task, trio_status result);

// Says whether a task is parked and not woken yet.
//
//     if (slot->task != NULL && trio_task_is_parked(slot->task))
//         trio_wake(slot->task, TRIO_OK);
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_task_is_parked(const struct trio_task *task);

// Notes that the current task uses `object` without parking. A primitive calls
// it first in each public function that reads or changes it. Costs one
// predictable branch while nobody observes.
//
//     trio_touch(pool, TRIO_ACCESS_WRITE);
//     pool->taken = 0;
//
// Checkpoint: never.
void trio_touch(const void *object, enum trio_access access);

// Has `fn(node)` called when the current task ends, the newest first, after its
// function has returned and before its nursery learns of it. `node` stays in
// place until then, or until trio_task_cancel_exit; adding it again before is
// misuse. `fn` must not park.
//
//     static void on_exit_of_owner(struct trio_task_exit *node)
//     {
//         struct lease *lease = (struct lease *)node; // its first member
//         lease->pool->taken--;
//     }
//
//     lease->owner = trio_task_current();
//     trio_task_on_exit(&lease->exit, on_exit_of_owner);
//
// Checkpoint: never.
void trio_task_on_exit(struct trio_task_exit *node,
                       void (*fn)(struct trio_task_exit *node));

// Withdraws a node of `task` that has not been called yet.
//
//     lease->pool->taken--; // given back in time
//     trio_task_cancel_exit(lease->owner, &lease->exit);
//
// Checkpoint: never.
void trio_task_cancel_exit(struct trio_task *task, struct trio_task_exit *node);

// Sets the current task's value for `key`; `local` holds it until the task ends
// and is then given to the key's destructor. A later set under the same key
// hides an earlier one. Setting by the same `local` twice is misuse.
//
//     static const struct trio_task_key caller = {NULL};
//     struct trio_task_local local; // in the function that is the task
//
//     trio_task_local_set(&local, &caller, connection);
//     connection = trio_task_local_get(&caller); // in whatever it calls
//
// Checkpoint: never.
void trio_task_local_set(struct trio_task_local *local,
                         const struct trio_task_key *key, void *value);

// Returns the current task's value for `key`, or NULL.
//
// Checkpoint: never.
void *trio_task_local_get(const struct trio_task_key *key);

TRIO_END_DECLS

#endif // TRIO_TASK_H
