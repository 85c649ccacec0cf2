// A scope is never closed.
// compilers: clang clang++
// expect: (cancel scope|mutex) 'scope' is still held at the end of function
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status leave(void);

TRIO_CHECKPOINT trio_status leave(void)
{
    struct trio_cancel_scope scope;

    trio_shield_after(&scope, TRIO_SECOND);
    return trio_checkpoint();
}
