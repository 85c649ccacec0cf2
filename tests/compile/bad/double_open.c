// A scope is opened while it is open.
// compilers: clang clang++
// expect: acquiring (cancel scope|mutex) 'scope' that is already held
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status leave(void);

TRIO_CHECKPOINT trio_status leave(void)
{
    struct trio_cancel_scope scope;

    trio_cancel_scope_open(&scope);
    trio_fail_after(&scope, TRIO_SECOND);
    return trio_cancel_scope_close(&scope, trio_checkpoint());
}
