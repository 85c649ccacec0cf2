// Capacity limiters: so many borrowers at a time, each known.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_CAPACITY_LIMITER_H
#define TRIO_CAPACITY_LIMITER_H

#include <trio/base.h>
#include <trio/parking_lot.h>
#include <trio/status.h>
#include <trio/task.h>

struct trio_capacity_limiter;

// What a borrower has borrowed, in storage of the caller's, which need not be
// initialised. It stays in place until it is released.
struct trio_capacity_token {
    struct trio_task_exit exit;            // Private. First. Of a task's token.
    struct trio_capacity_limiter *limiter; // Private. Whose token it is.
    const void *borrower;                  // Private. Who has it.
    struct trio_task *task;                // Private. Who adds `exit`, or NULL.
    struct trio_capacity_token *next;      // Private. Of the limiter's.
};

// A `trio_capacity_limiter` lends tokens, up to a total, and knows to whom: one
// borrower has at most one, and only who has borrowed gives back. The total can
// be changed at any time. Waiters are served first come, first served.
//
//     static struct trio_capacity_limiter fetches =
//         TRIO_CAPACITY_LIMITER_INIT(40);
//     struct trio_capacity_token token;
//
//     trio_status rc = trio_capacity_limiter_acquire(&fetches, &token);
//     if (rc != TRIO_OK)
//         return rc; // nothing was borrowed
//     rc = fetch(url, &page);
//     trio_capacity_limiter_release(&fetches);
//     return rc;
//
// The borrower is the current task, or, in the functions that end in
// `_on_behalf_of`, whatever a pointer stands for: a connection, a job that
// moves from task to task. A task that ends gives back what it has borrowed as
// itself; a token that is left for that must not be on the task's own stack,
// which is gone by then.
//
// Each call takes time proportional to the number of tokens that are lent.
//
// Zero is a limiter that lends nothing until its total is raised. The caller
// owns the storage; it needs no teardown, but must outlive every borrower and
// every task that waits. Not thread-safe: use it from its loop's thread only.
struct trio_capacity_limiter {
    size_t total;                       // Private.
    size_t borrowed;                    // Private. Given to a waiter counts.
    struct trio_capacity_token *tokens; // Private. Those lent, newest first.
    struct trio_parking_lot lot;        // Private. Tasks that wait for one.
};

// Initialises a limiter that lends up to `count` tokens; SIZE_MAX for any
// number.
#define TRIO_CAPACITY_LIMITER_INIT(count)                                      \
    {                                                                          \
        (count), 0, NULL, TRIO_PARKING_LOT_INIT                                \
    }

struct trio_capacity_limiter_statistics {
    size_t total;
    size_t borrowed; // May exceed a total that was lowered.
    size_t waiting;  // Tasks that wait for a token.
};

TRIO_BEGIN_DECLS

// Borrows a token for the current task, waiting until there is one. Misuse if
// the task has one of this limiter already.
//
// Checkpoint: always, also if a token is free.
// Returns: TRIO_OK         the task has the token.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing was
//                          borrowed, and `token` is the caller's again.
TRIO_CHECKPOINT trio_status trio_capacity_limiter_acquire(
    struct trio_capacity_limiter *limiter, struct trio_capacity_token *token);

// Borrows a token like trio_capacity_limiter_acquire for another borrower,
// known by its address.
//
//     struct trio_capacity_token lent; // to a connection, whatever its task
//
//     rc = trio_capacity_limiter_acquire_on_behalf_of(limiter, &lent,
//                                                     connection);
//     if (rc == TRIO_OK)
//         trio_capacity_limiter_release_on_behalf_of(limiter, connection);
//
// Checkpoint: always, also if a token is free.
// Returns: TRIO_OK         the borrower has the token.
//          TRIO_ECANCELED  an enclosing scope is cancelled; nothing was
//                          borrowed, and `token` is the caller's again.
TRIO_CHECKPOINT trio_status trio_capacity_limiter_acquire_on_behalf_of(
    struct trio_capacity_limiter *limiter, struct trio_capacity_token *token,
    const void *borrower);

// Borrows a token for the current task if that needs no waiting; says whether
// it did. Misuse if the task has one of this limiter already.
//
//     struct trio_capacity_token token;
//
//     if (!trio_capacity_limiter_try_acquire(limiter, &token))
//         return QUOTA_EXCEEDED;
//     rc = fetch(url, &page);
//     trio_capacity_limiter_release(limiter);
//
// Checkpoint: never.
TRIO_MUST_USE bool
trio_capacity_limiter_try_acquire(struct trio_capacity_limiter *limiter,
                                  struct trio_capacity_token *token);

// Borrows a token like trio_capacity_limiter_try_acquire for another borrower.
//
//     struct trio_capacity_token lent;
//
//     if (!trio_capacity_limiter_try_acquire_on_behalf_of(limiter, &lent,
//                                                         connection))
//         return QUOTA_EXCEEDED;
//
// Checkpoint: never.
TRIO_MUST_USE bool trio_capacity_limiter_try_acquire_on_behalf_of(
    struct trio_capacity_limiter *limiter, struct trio_capacity_token *token,
    const void *borrower);

// Gives back the token of the current task, for the task that has waited
// longest. Misuse if the task has none of this limiter.
//
// Checkpoint: never.
void trio_capacity_limiter_release(struct trio_capacity_limiter *limiter);

// Gives back the token of another borrower, in whatever task. Misuse if the
// borrower has none of this limiter.
//
// Checkpoint: never. Also from entry callbacks.
void trio_capacity_limiter_release_on_behalf_of(
    struct trio_capacity_limiter *limiter, const void *borrower);

// Changes the total. A higher one admits tasks that wait; under a lower one
// nobody gets a token until enough were given back, and nobody loses one.
//
// Checkpoint: never. Also from entry callbacks.
void trio_capacity_limiter_set_total(struct trio_capacity_limiter *limiter,
                                     size_t total);

// Reads the limiter's statistics.
//
//     struct trio_capacity_limiter_statistics seen =
//         trio_capacity_limiter_statistics(limiter);
//
//     printf("%zu of %zu, %zu wait\n", seen.borrowed, seen.total,
//            seen.waiting);
//
// Checkpoint: never.
struct trio_capacity_limiter_statistics
trio_capacity_limiter_statistics(const struct trio_capacity_limiter *limiter);

TRIO_END_DECLS

#endif // TRIO_CAPACITY_LIMITER_H
