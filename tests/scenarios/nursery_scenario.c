// A tree of tasks: nobody outlives the nursery that it runs in, and nobody is
// forgotten when that is cancelled.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

struct tree {
    int living;
    int grown;
    int guests; // Started in the outermost nursery by its tasks.
    struct trio_nursery *nursery;
    bool wilts;
};

static TRIO_CHECKPOINT trio_status grow_leaf(void *arg)
{
    struct tree *tree = arg;

    tree->living++;
    trio_status rc = trio_sleep(TRIO_SECOND);
    tree->living--;
    tree->grown += rc == TRIO_OK;
    return rc;
}

// Ends by a cancellation only.
static TRIO_CHECKPOINT trio_status hold_on(void *arg)
{
    struct tree *tree = arg;

    tree->living++;
    trio_status rc = trio_sleep_forever();
    tree->living--;
    return rc;
}

static TRIO_CHECKPOINT trio_status grow_branch(void *arg)
{
    struct tree *tree = arg;
    struct trio_nursery nursery;

    tree->living++;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, grow_leaf, tree);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, grow_leaf, tree);
    if (rc == TRIO_OK && tree->wilts)
        rc = trio_nursery_start_soon(&nursery, hold_on, tree);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    // One more, in a nursery of somebody else's.
    if (rc == TRIO_OK && tree->guests++ == 0)
        rc = trio_nursery_start_soon(tree->nursery, grow_leaf, tree);
    rc = trio_nursery_close(&nursery, rc);
    tree->living--;
    return rc;
}

static TRIO_CHECKPOINT trio_status grow(struct tree *tree)
{
    struct trio_nursery nursery;

    tree->nursery = &nursery;
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, grow_branch, tree);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, grow_branch, tree);
    if (rc == TRIO_OK && tree->wilts)
        rc = trio_sleep(TRIO_SECOND / 2);
    if (rc == TRIO_OK && tree->wilts)
        trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), "frost");
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(tree->living == 0, "nobody outlives the nursery");
    TRIO_SIM_ALWAYS(!tree->wilts || rc != TRIO_OK ||
                        trio_cancel_scope_caught(&nursery.scope),
                    "what was cancelled did not come to its end");
    return rc;
}

TRIO_SCENARIO(nobody_outlives_the_nursery)
{
    struct tree tree = {.wilts = false};

    (void)arg;
    return grow(&tree);
}

TRIO_SCENARIO(a_cancellation_reaches_every_leaf)
{
    struct tree tree = {.wilts = true};

    (void)arg;
    return grow(&tree);
}

// ---- Failures ----

static TRIO_CHECKPOINT trio_status fail_soon(void *arg)
{
    const trio_status *status = arg;

    trio_status rc = trio_sleep(TRIO_SECOND);
    return rc == TRIO_OK ? trio_fail(*status, "fail as told") : rc;
}

// Has one more thing to say when it is cancelled.
static TRIO_CHECKPOINT trio_status fail_while_cleaning_up(void *arg)
{
    const trio_status *status = arg;

    trio_status rc = trio_sleep_forever();
    return rc == TRIO_ECANCELED ? trio_fail(*status, "clean up") : rc;
}

TRIO_SCENARIO(no_failure_gets_lost)
{
    static trio_status first = TRIO_EIO;
    static trio_status second = TRIO_ENOENT;
    struct tree tree = {.wilts = true};
    struct trio_nursery nursery;

    (void)arg;
    trio_nursery_open(&nursery);
    trio_status rc =
        trio_nursery_start_soon(&nursery, fail_while_cleaning_up, &second);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, hold_on, &tree);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, fail_soon, &first);
    if (rc == TRIO_OK)
        rc = trio_checkpoint();
    rc = trio_nursery_close(&nursery, rc);
    TRIO_SIM_ALWAYS(rc != TRIO_OK && rc != TRIO_ECANCELED && rc != TRIO_EIO,
                    "what fails while cleaning up is not lost");
    if (rc != TRIO_EGROUP)
        return rc == TRIO_ENOENT ? TRIO_OK : rc; // Cancelled before.
    const struct trio_error *error = trio_error_find(TRIO_EGROUP);
    TRIO_SIM_ALWAYS(trio_error_contains(error, TRIO_ENOENT),
                    "the group has both");
    trio_error_clear();
    return TRIO_OK;
}
