// A task: its descriptor, its birth and its death.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CORE_TASK_H
#define TRIO_CORE_TASK_H

#include <trio/cancel_scope.h>
#include <trio/nursery.h>
#include <trio/parking_lot.h>
#include <trio/status.h>
#include <trio/task.h>
#include <trio/time.h>

#include "core/base.h"
#include "core/misuse.h"
#include "core/own_stack.h"

struct trio_run;
struct trio_start_;

// One wait of a task.
struct park {
    const struct trio_wait *wait; // For what; NULL: it does not wait.
    bool shielded;                // No cancellation ends it.
    bool own;                     // Nor does trio_wake: something else will.
    bool aborting;                // Its abort was called, or is about to be.
    uint32_t mark;                // Of the deadlock search.
    const void *object;
    bool (*abort)(struct trio_task *task, void *arg);
    void *arg;
    trio_time since; // As of the last reading of the clock.
};

// What a switch, a wait and a wake need comes first, in one line of the cache.
// A wait is described here, too, with its place in a lot. So cancelling a crowd
// of parked tasks touches their stacks only where those hold something that it
// has to take out, and an operation that waits leaves nothing there: the switch
// is the last thing it does; see step.h.
struct trio_task {
    void *context; // Stack pointer while it does not run; NULL before it did.
    struct trio_task *next;      // In a queue.
    struct trio_run *run;        // That it is a task of.
    struct trio_waiter *waiters; // All leave their lots on wake.
    uint64_t number;
    trio_status result; // What its park returns.
    bool cancelled;     // Its innermost scope is effective.
    bool keep_fp;
    bool at_checkpoint; // Its next step returns from trio_checkpoint.
    bool given_cancel;
    struct park park;
    struct trio_cancel_scope *scope; // Innermost.
    const void *scope_place;         // Where that was opened.
    struct trio_task *next_told;     // In the run's list of cancellations.
    uint32_t ignored;                // Cancellations given in a row.
    bool called_started;
    bool begun_by_start;
    bool has_copy : 1;  // `arg` lies at the top of its own stack.
    bool abandoned : 1; // It has come to its end where it was.
    bool lent : 1;      // A thread's function is called on its stack.
    union {             // In one line, too.
        struct trio_waiter waiter; // Of a wait in one lot.
        struct trio_timer timer;   // Of a sleep.
    };
    struct trio_start_ *start; // Until trio_started.
    trio_task_fn fn;
    void *arg;
    struct own_stack stack;
    struct trio_task_exit *exits;
    struct trio_task_exit *losses; // Called if it is abandoned.
    struct trio_error *errors;     // Newest first, at most ERRORS_KEPT.
    struct trio_error *reserve;    // So that failing never allocates.
    const char *name;
    void *realm;                   // The world's.
    struct trio_cancel_scope root; // SCOPE_TASK.
} __attribute__((aligned(CACHE_LINE)));

static inline bool trio_is_parked_(const struct trio_task *task)
{
    return task->park.wait != NULL;
}

// Returns the task whose code calls; NULL: a callback, or a thread's function.
struct trio_task *trio_task_acting_(void);

// ---- Exit functions ----

static inline void trio_exit_add_(struct trio_task_exit **list,
                                  struct trio_task_exit *node,
                                  void (*fn)(struct trio_task_exit *node))
{
    node->fn = fn;
    node->next = *list;
    *list = node;
}

// The same, of a node that may be anybody's. A list that has one twice would
// have no end.
static inline void trio_exit_add_once_(struct trio_task_exit **list,
                                       struct trio_task_exit *node,
                                       void (*fn)(struct trio_task_exit *node))
{
    const struct trio_task_exit *other = *list;

    while (other != NULL && other != node)
        other = other->next;
    if (UNLIKELY(other != NULL))
        trio_misuse_at_("a node of the task that is in use was added again",
                        node, NULL);
    trio_exit_add_(list, node, fn);
}

static inline void trio_exit_take_out_(struct trio_task_exit **link,
                                       const struct trio_task_exit *node)
{
    while (*link != NULL && *link != node)
        link = &(*link)->next;
    if (UNLIKELY(*link == NULL))
        trio_misuse_at_("withdrew an exit function that the task has not", node,
                        NULL);
    *link = node->next;
}

// ---- birth.c, death.c ----
TRIO_MUST_USE trio_status
trio_task_spawn_(struct trio_run *run, struct trio_cancel_scope *parent,
                 const struct trio_task_options *options, trio_task_fn fn,
                 void *arg, struct trio_task **ret_task);
void trio_task_copy_(struct trio_run *run, struct trio_task *task,
                     const void *data, size_t size);
void trio_task_make_context_(struct trio_run *run, struct trio_task *task);
void trio_task_main_(void *arg);

#endif // TRIO_CORE_TASK_H
