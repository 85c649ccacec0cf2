// Whether a task gave up its turn is seen from the number of steps in the run:
// nobody else's can grow while it goes on. Whether it looked for cancellation
// shows only where there is one; and there each look gives up a turn (S16), so
// counting steps in a cancelled scope counts both.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/cancel_scope.h>
#include <trio/testing.h>

static uint64_t steps(void)
{
    return trio_run_statistics().steps;
}

// Calls `fn(arg)` in a cancelled scope; returns what it returned.
static TRIO_CHECKPOINT trio_status call_cancelled(trio_task_fn fn, void *arg)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_cancel_scope_cancel(&scope, "an assertion on checkpoints");
    trio_status rc = fn(arg);
    trio_ignore(trio_cancel_scope_close(&scope, rc)); // Absorbs what we look at
    return rc;
}

trio_status trio_assert_checkpoints(trio_task_fn fn, void *arg)
{
    TRIO_REQUIRE(fn);
    uint64_t begun = steps();

    if (call_cancelled(fn, arg) != TRIO_ECANCELED)
        trio_misuse("asserted a checkpoint, but it did not return "
                    "TRIO_ECANCELED where it was cancelled",
                    NULL);
    if (steps() == begun)
        trio_misuse("asserted a checkpoint, but it did not let other tasks run "
                    "where it was cancelled",
                    NULL);
    begun = steps();
    trio_status rc = fn(arg);
    if (steps() == begun)
        trio_misuse("asserted a checkpoint, but it did not let other tasks run",
                    NULL);
    return rc;
}

// Hidden from the analysis of colours, which cannot know that `fn` has none.
TRIO_NO_SCOPE_ANALYSIS trio_status trio_assert_no_checkpoints(trio_task_fn fn,
                                                              void *arg)
{
    TRIO_REQUIRE(fn);
    uint64_t begun = steps();
    trio_status rc = call_cancelled(fn, arg);

    if (steps() != begun)
        trio_misuse("asserted no checkpoint, but it let other tasks run", NULL);
    return rc;
}
