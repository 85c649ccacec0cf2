// Closing a nursery waits.
// compilers: clang clang++
// expect: calling function 'trio_nursery_close' requires holding
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

trio_status look_away(void);

trio_status look_away(void)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    return trio_nursery_close(&nursery, TRIO_OK);
}
