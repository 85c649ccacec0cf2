// A scope is closed that was never opened.
// compilers: clang clang++
// expect: releasing (cancel scope|mutex) 'outer' that was not held
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status leave(void);

TRIO_CHECKPOINT trio_status leave(void)
{
    struct trio_cancel_scope outer, inner;

    trio_cancel_scope_open(&inner);
    return trio_cancel_scope_close(&outer, trio_checkpoint());
}
