// A return leaves a scope open.
// compilers: clang clang++
// expect: (cancel scope|mutex) 'scope' is (still|not) held
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status leave(void);

TRIO_CHECKPOINT trio_status leave(void)
{
    struct trio_cancel_scope scope;

    trio_move_on_after(&scope, TRIO_SECOND);
    trio_status rc = trio_checkpoint();
    if (rc != TRIO_OK)
        return rc;
    return trio_cancel_scope_close(&scope, rc);
}
