// Whatever goes wrong is told, with where it went wrong, and several things
// that go wrong are all told.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "tests/scenarios/kit.h"

#define OUT_OF_PAPER ((trio_status)-1001)
#define OUT_OF_INK ((trio_status)-1002)

static TRIO_CHECKPOINT trio_status print(void *arg)
{
    trio_status outcome = *(const trio_status *)arg;

    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;
    trio_cancel_shielded_checkpoint(); // Paper has been taken.
    return trio_fail(outcome, "print");
}

// Printing and closing the printer both go wrong.
static TRIO_CHECKPOINT trio_status print_and_close(void *arg)
{
    trio_status outcome = OUT_OF_PAPER;

    (void)arg;
    trio_status rc = print(&outcome);
    trio_status closed = trio_fail(TRIO_EIO, "close the printer");
    trio_status both = trio_combine(rc, closed);
    TRIO_SIM_ALWAYS(both == (trio_is_failure(rc) ? TRIO_EGROUP : closed),
                    "a failure beats a cancellation, and two make a group");
    return both;
}

static void check_group(void)
{
    const struct trio_error *root = trio_error_find(TRIO_EGROUP);
    const struct trio_error *cause = trio_error_cause(root);
    size_t leaves = 0;

    TRIO_SIM_ALWAYS(root != NULL && cause != NULL, "a group has a record");
    for (const struct trio_error *node = root; node != NULL;
         node = trio_error_next(root, node)) {
        leaves += node->children == NULL;
        TRIO_SIM_ALWAYS(node->children != NULL ||
                            cause->sequence <= node->sequence,
                        "the cause is what failed first");
    }
    TRIO_SIM_ALWAYS(leaves >= 2 || root->unrecorded > 0,
                    "a group stands for several");
}

TRIO_SCENARIO(everything_that_fails_is_told)
{
    static trio_status outcomes[] = {OUT_OF_INK, TRIO_OK, OUT_OF_PAPER};
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    (void)arg;
    trio_nursery_open(&nursery);
    for (size_t i = 0; rc == TRIO_OK && i < COUNT(outcomes); i++)
        rc = trio_nursery_start_soon(&nursery, print, &outcomes[i]);
    if (rc == TRIO_OK)
        rc = trio_nursery_start_soon(&nursery, print_and_close, NULL);
    rc = trio_nursery_close(&nursery, rc);

    bool whole = trio_error_contains(trio_error_last(), TRIO_EIO) ||
                 trio_error_contains(trio_error_last(), TRIO_ENOMEM);
    TRIO_SIM_ALWAYS(whole, "the printer that was not closed is told of");
    if (rc == TRIO_EIO) { // All others were cancelled before.
        trio_error_clear();
        return TRIO_OK;
    }
    if (rc != TRIO_EGROUP)
        return rc;
    check_group();
    TRIO_SIM_SOMETIMES(
        trio_error_contains(trio_error_find(rc), OUT_OF_INK) &&
            trio_error_contains(trio_error_find(rc), OUT_OF_PAPER),
        "all three fail");
    trio_error_clear();
    return TRIO_OK;
}
