// What is left of a status at a close is dropped.
// compilers: gcc clang g++ clang++
// expect: ignoring return value of
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status hurry(void);

TRIO_CHECKPOINT trio_status hurry(void)
{
    struct trio_cancel_scope scope;

    trio_fail_after(&scope, TRIO_SECOND);
    trio_status rc = trio_checkpoint();
    trio_cancel_scope_close(&scope, rc);
    return rc;
}
