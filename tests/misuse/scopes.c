// Misuse of cancel scopes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/misuse/misuse.h"

static struct trio_cancel_scope elsewhere;

// misuse: scopes must be closed in reverse order of opening
//   in task 1 "main"
//   object
//   opened
INSIDE(closing_an_outer_scope_first)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&outer);
    trio_cancel_scope_open(&inner);
    return trio_cancel_scope_close(&outer, TRIO_OK);
}

// misuse: closed a scope that this task has not open
//   in task 1 "main"
//   object
INSIDE(closing_a_scope_twice)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_status rc = trio_cancel_scope_close(&scope, TRIO_OK);
    return trio_cancel_scope_close(&scope, rc);
}

TRIO_NO_SCOPE_ANALYSIS static trio_status close_scope(void *arg)
{
    return trio_cancel_scope_close(arg, TRIO_OK);
}

// misuse: closed a scope that this task has not open
//   in task 2
//   object
INSIDE(closing_a_scope_of_another_task)
{
    struct trio_nursery nursery;
    struct trio_cancel_scope scope;

    trio_nursery_open(&nursery);
    trio_cancel_scope_open(&scope);
    trio_status rc = trio_nursery_start_soon(&nursery, close_scope, &scope);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    rc = trio_cancel_scope_close(&scope, rc);
    return trio_nursery_close(&nursery, rc);
}

// What clang finds at compile time; not inlined, or there would be no frame.
TRIO_NO_SCOPE_ANALYSIS __attribute__((noinline)) static void leak(void)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
}

// misuse: a function returned with a scope or nursery open
//   in task 1 "main"
//   object
//   opened
INSIDE(opening_after_a_function_left_a_scope_open)
{
    struct trio_cancel_scope scope;

    leak();
    trio_cancel_scope_open(&scope);
    return trio_cancel_scope_close(&scope, TRIO_OK);
}

// misuse: a function returned with a scope or nursery open
//   in task 1 "main"
//   object
//   opened
INSIDE(closing_after_a_function_left_a_scope_open)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    leak();
    return trio_cancel_scope_close(&scope, TRIO_OK);
}

// misuse: a function returned with a scope or nursery open
//   in task 1 "main"
//   object
//   opened
INSIDE(waiting_under_a_limit_after_a_function_left_a_scope_open)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, TRIO_MINUTE);
    leak();
    trio_status rc = trio_sleep(TRIO_MS);
    return trio_cancel_scope_close(&scope, rc);
}

static struct trio_cancel_scope closed;

// Goes on until little of the stack is left.
static __attribute__((noinline)) void cancel_deep_below(uintptr_t end)
{
    volatile char frame[256];

    frame[0] = 0;
    if ((uintptr_t)frame < end)
        trio_cancel_scope_cancel(&closed, NULL);
    else
        cancel_deep_below(end);
    frame[1] = frame[0];
}

// What is left is enough for a report, and not to look for names: that would
// overflow the stack.
static TRIO_CHECKPOINT trio_status cancel_with_little_stack(void *arg)
{
    char frame;

    (void)arg;
    cancel_deep_below((uintptr_t)&frame - (size_t)6 * 1024);
    return trio_checkpoint();
}

// misuse: trio_cancel_scope_cancel was called for a scope that is closed
//   in task 2 "small"
//   object
INSIDE(cancelling_a_closed_scope_with_little_stack)
{
    const struct trio_task_options options = {.name = "small",
                                              .stack_size = 16384};
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon_with(
        &nursery, &options, cancel_with_little_stack, NULL);
    return trio_nursery_close(&nursery, rc);
}

// misuse: opened a scope that is open
//   in task 1 "main"
//   object
//   opened
INSIDE(going_round_a_loop_without_close)
{
    struct trio_cancel_scope scope;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 3; i++) {
        trio_fail_after(&scope, TRIO_SECOND);
        rc = trio_checkpoint();
        if (rc == TRIO_OK)
            continue;
        rc = trio_cancel_scope_close(&scope, rc);
    }
    return rc;
}

// misuse: a task ended with a scope or nursery open
//   in task 1 "main"
//   object
//   opened
INSIDE(ending_with_a_scope_open)
{
    trio_cancel_scope_open(&elsewhere);
    return TRIO_OK;
}

TRIO_NO_SCOPE_ANALYSIS static void open_at_exit(struct trio_task_exit *node)
{
    (void)node;
    trio_cancel_scope_open(&elsewhere);
}

// misuse: a task ended with a scope or nursery open
//   in task 1 "main"
//   object
//   opened
INSIDE(leaving_a_scope_open_in_an_exit_function)
{
    static struct trio_task_exit node;

    trio_task_on_exit(&node, open_at_exit);
    return TRIO_OK;
}

// misuse: trio_cancel_scope_extend_after was called for a scope that is closed
//   in task 1 "main"
//   object
//   opened
INSIDE(giving_a_closed_scope_a_deadline)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_status rc = trio_cancel_scope_close(&scope, TRIO_OK);
    trio_cancel_scope_extend_after(&scope, TRIO_SECOND);
    return rc;
}

// misuse: trio_cancel_scope_cancel was called for a scope that is closed
//   in task 1 "main"
//   object
//   opened
INSIDE(cancelling_a_closed_scope)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_status rc = trio_cancel_scope_close(&scope, TRIO_OK);
    trio_cancel_scope_cancel(&scope, NULL);
    return rc;
}

// misuse: trio_cancel_scope_share was called for a scope that is closed
//   in task 1 "main"
//   object
//   opened
INSIDE(sharing_a_closed_scope)
{
    struct trio_cancel_scope scope;
    struct trio_cancel_handle *handle;

    trio_cancel_scope_open(&scope);
    trio_status rc = trio_cancel_scope_close(&scope, TRIO_OK);
    if (rc == TRIO_OK)
        rc = trio_cancel_scope_share(&scope, &handle);
    return rc;
}

TRIO_NO_SCOPE_ANALYSIS static TRIO_CHECKPOINT trio_status
open_elsewhere_and_wait(void *arg)
{
    (void)arg;
    trio_cancel_scope_open(&elsewhere);
    trio_status rc = trio_checkpoint();
    return trio_cancel_scope_close(&elsewhere, rc);
}

// misuse: a scope of this task was opened by another one at
//   in task 2
//   object
//   opened
INSIDE(two_tasks_have_one_scope_open)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon(&nursery, open_elsewhere_and_wait, NULL);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, open_elsewhere_and_wait, NULL);
    return trio_nursery_close(&nursery, rc);
}

static struct trio_nursery shared;

TRIO_NO_SCOPE_ANALYSIS static TRIO_CHECKPOINT trio_status
open_shared_nursery(void *arg)
{
    struct trio_cancel_scope inner;

    (void)arg;
    trio_nursery_open(&shared);
    trio_status rc = trio_checkpoint();
    trio_cancel_scope_open(&inner);
    rc = trio_cancel_scope_close(&inner, rc);
    return trio_nursery_close(&shared, rc);
}

// misuse: a scope of this task was opened by another one at
//   in task 2
//   object
//   opened
INSIDE(two_tasks_have_one_nursery_open)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon(&nursery, open_shared_nursery, NULL);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, open_shared_nursery, NULL);
    return trio_nursery_close(&nursery, rc);
}
