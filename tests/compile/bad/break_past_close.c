// A break leaves a loop with the scope of one round open.
// compilers: clang clang++
// expect: (cancel scope|mutex) 'scope' is not held on every path
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status leave(void);

TRIO_CHECKPOINT trio_status leave(void)
{
    struct trio_cancel_scope scope;
    trio_status rc = TRIO_OK;

    while (rc == TRIO_OK) {
        trio_cancel_scope_open(&scope);
        rc = trio_checkpoint();
        if (rc != TRIO_OK)
            break;
        rc = trio_cancel_scope_close(&scope, rc);
    }
    return rc;
}
