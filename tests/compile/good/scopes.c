// Scopes that are closed on every path.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

struct holder {
    struct trio_cancel_scope scope;
    struct trio_nursery nursery;
};

TRIO_CHECKPOINT trio_status work(void *arg);
TRIO_CHECKPOINT trio_status nested(void);
TRIO_CHECKPOINT trio_status repeated(void);
TRIO_CHECKPOINT trio_status two_ends(bool hurry);
TRIO_CHECKPOINT trio_status in_a_struct(struct holder *holder);
void somewhere_else(struct trio_cancel_scope *scope);

TRIO_CHECKPOINT trio_status nested(void)
{
    struct trio_cancel_scope limit;
    struct trio_nursery nursery;

    trio_fail_after(&limit, TRIO_SECOND);
    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, work, NULL);
    if (rc == TRIO_OK)
        rc = work(NULL);
    rc = trio_nursery_close(&nursery, rc);
    return trio_cancel_scope_close(&limit, rc);
}

TRIO_CHECKPOINT trio_status repeated(void)
{
    struct trio_cancel_scope limit;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 3; i++) {
        trio_move_on_at(&limit, trio_time_add(trio_now(), TRIO_MS));
        do {
            rc = work(NULL);
            if (rc != TRIO_OK)
                break;
        } while (trio_current_effective_deadline() != TRIO_PAST);
        rc = trio_cancel_scope_close(&limit, rc);
        if (rc != TRIO_OK)
            return rc;
    }
    return rc;
}

TRIO_CHECKPOINT trio_status two_ends(bool hurry)
{
    struct trio_cancel_scope shield;

    trio_shield_after(&shield, TRIO_FOREVER);
    if (hurry)
        return trio_cancel_scope_close(&shield, TRIO_OK);
    return trio_cancel_scope_close(&shield, work(NULL));
}

TRIO_CHECKPOINT trio_status in_a_struct(struct holder *holder)
{
    trio_cancel_scope_open(&holder->scope);
    trio_nursery_open(&holder->nursery);
    trio_status rc = trio_nursery_close(&holder->nursery, work(NULL));
    return trio_cancel_scope_close(&holder->scope, rc);
}

// Closed by another function: the analysis is told so.
TRIO_NO_SCOPE_ANALYSIS void somewhere_else(struct trio_cancel_scope *scope)
{
    trio_cancel_scope_open(scope);
}
