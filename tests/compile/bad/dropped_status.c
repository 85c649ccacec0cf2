// What a checkpoint said is dropped.
// compilers: gcc clang g++ clang++
// expect: ignoring return value of
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status hurry(void);

TRIO_CHECKPOINT trio_status hurry(void)
{
    trio_sleep(TRIO_SECOND);
    return TRIO_OK;
}
