// A continue begins the next round with the scope still open.
// compilers: clang clang++
// expect: expecting (cancel scope|mutex) 'scope' to be held at start
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status leave(void);

TRIO_CHECKPOINT trio_status leave(void)
{
    struct trio_cancel_scope scope;
    trio_status rc = TRIO_OK;

    for (int i = 0; i < 3; i++) {
        trio_cancel_scope_open(&scope);
        rc = trio_checkpoint();
        if (rc == TRIO_OK)
            continue;
        rc = trio_cancel_scope_close(&scope, rc);
    }
    return rc;
}
