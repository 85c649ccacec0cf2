// A limiter is two numbers, the list of tokens lent, and the lot of those who
// wait, under one invariant:
//
//     borrowed < total implies that nobody waits.
//
// `admit` restores it wherever either number moves, and counts a token as
// borrowed at the moment at which it unparks the task that is to get it. So
// nobody overtakes that task, and a cancellation after that moment finds the
// token lent. The token joins the list when the task runs.
//
// The list is searched by borrower rather than trusting the token of a caller:
// that needs no initialised token, and tells a second loan from the first.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/capacity_limiter.h>

#include <trio/run.h>

#include "core/operation.h"

// Where one task has all that is lent, it is the one to give some back.
static struct trio_task *only_borrower(const void *object)
{
    const struct trio_capacity_limiter *limiter = object;
    const struct trio_capacity_token *token = limiter->tokens;

    return limiter->borrowed == 1 && token != NULL ? token->task : NULL;
}

static const struct trio_wait borrow_wait = {.verb = "borrow from",
                                             .access = TRIO_ACCESS_ACQUIRE,
                                             .owner = only_borrower};

// Where the list links the token of `borrower`, or NULL at its end.
static struct trio_capacity_token **find(struct trio_capacity_limiter *limiter,
                                         const void *borrower)
{
    struct trio_capacity_token **link = &limiter->tokens;

    while (*link != NULL && (*link)->borrower != borrower)
        link = &(*link)->next;
    return link;
}

static void admit(struct trio_capacity_limiter *limiter)
{
    struct trio_run *run = trio_run_for_("making room in a limiter");

    while (limiter->borrowed < limiter->total &&
           trio_unpark_one_(run, &limiter->lot) != NULL)
        limiter->borrowed++;
}

static void take_back(struct trio_capacity_token **link)
{
    struct trio_capacity_limiter *limiter = (*link)->limiter;

    *link = (*link)->next;
    TRIO_ASSERT(limiter->borrowed > 0);
    limiter->borrowed--;
    admit(limiter);
}

static void take_back_at_exit(struct trio_task_exit *node)
{
    // Its first member.
    struct trio_capacity_token *token = (struct trio_capacity_token *)node;

    take_back(find(token->limiter, token->borrower));
}

static void check_new(struct trio_capacity_limiter *limiter,
                      const void *borrower)
{
    if (*find(limiter, borrower) != NULL)
        trio_misuse("borrowed from a limiter twice", limiter);
}

// Adds a token to the list; it is counted already. Only what a task borrowed as
// itself ends with it.
static void lend(struct trio_task *task, struct trio_capacity_limiter *limiter,
                 struct trio_capacity_token *token, const void *borrower)
{
    token->limiter = limiter;
    token->borrower = borrower;
    token->task = NULL;
    token->next = limiter->tokens;
    limiter->tokens = token;
    if (borrower == task) {
        token->task = task;
        trio_exit_add_(&task->exits, &token->exit, take_back_at_exit);
    }
}

static bool take(struct trio_run *run, struct trio_capacity_limiter *limiter,
                 struct trio_capacity_token *token, const void *borrower)
{
    trio_touch_(run, limiter, TRIO_ACCESS_ACQUIRE);
    check_new(limiter, borrower);
    if (limiter->borrowed >= limiter->total)
        return false;
    TRIO_ASSERT(limiter->lot.first == NULL);
    limiter->borrowed++;
    lend(trio_task_for_(run, "borrowing from a limiter"), limiter, token,
         borrower);
    return true;
}

trio_status trio_capacity_limiter_acquire(struct trio_capacity_limiter *limiter,
                                          struct trio_capacity_token *token)
{
    return trio_capacity_limiter_acquire_on_behalf_of(limiter, token,
                                                      trio_task_current());
}

trio_status trio_capacity_limiter_acquire_on_behalf_of(
    struct trio_capacity_limiter *limiter, struct trio_capacity_token *token,
    const void *borrower)
{
    struct trio_task *task = trio_task_here_();

    if (UNLIKELY(task->cancelled))
        return trio_yield_cancelled_(task->run, task);
    if (take(task->run, limiter, token, borrower))
        return trio_yield_with_(task->run, task, TRIO_OK); // S14
    trio_status rc =
        trio_park_in_(task, &limiter->lot, &borrow_wait, limiter, false);
    if (rc != TRIO_OK)
        return rc;
    // Another task may have borrowed on the same behalf meanwhile.
    check_new(limiter, borrower);
    lend(task, limiter, token, borrower);
    return TRIO_OK;
}

bool trio_capacity_limiter_try_acquire(struct trio_capacity_limiter *limiter,
                                       struct trio_capacity_token *token)
{
    return trio_capacity_limiter_try_acquire_on_behalf_of(limiter, token,
                                                          trio_task_current());
}

bool trio_capacity_limiter_try_acquire_on_behalf_of(
    struct trio_capacity_limiter *limiter, struct trio_capacity_token *token,
    const void *borrower)
{
    return take(trio_run_current_(), limiter, token, borrower);
}

void trio_capacity_limiter_release(struct trio_capacity_limiter *limiter)
{
    trio_capacity_limiter_release_on_behalf_of(limiter, trio_task_current());
}

void trio_capacity_limiter_release_on_behalf_of(
    struct trio_capacity_limiter *limiter, const void *borrower)
{
    trio_touch(limiter, TRIO_ACCESS_RELEASE);
    struct trio_capacity_token **link = find(limiter, borrower);
    struct trio_capacity_token *token = *link;
    if (token == NULL)
        trio_misuse("gave back to a limiter what was not borrowed", limiter);
    if (token->task != NULL)
        trio_exit_take_out_(&token->task->exits, &token->exit);
    take_back(link);
}

void trio_capacity_limiter_set_total(struct trio_capacity_limiter *limiter,
                                     size_t total)
{
    trio_touch(limiter, TRIO_ACCESS_WRITE);
    limiter->total = total;
    admit(limiter);
}

struct trio_capacity_limiter_statistics
trio_capacity_limiter_statistics(const struct trio_capacity_limiter *limiter)
{
    return (struct trio_capacity_limiter_statistics){
        limiter->total, limiter->borrowed,
        trio_parking_lot_count(&limiter->lot)};
}
