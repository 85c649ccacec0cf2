// A function that may park is not marked.
// compilers: clang clang++
// expect: calling function 'trio_checkpoint' requires holding
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

trio_status look_away(void);

trio_status look_away(void)
{
    return trio_checkpoint();
}
