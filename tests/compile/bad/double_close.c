// A scope is closed twice.
// compilers: clang clang++
// expect: releasing (cancel scope|mutex) 'scope' that was not held
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status leave(void);

TRIO_CHECKPOINT trio_status leave(void)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_status rc = trio_cancel_scope_close(&scope, trio_checkpoint());
    return trio_cancel_scope_close(&scope, rc);
}
