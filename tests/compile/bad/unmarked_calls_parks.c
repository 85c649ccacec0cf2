// A function that lets others run is not marked.
// compilers: clang clang++
// expect: calling function 'trio_cancel_shielded_checkpoint' requires holding
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

void look_away(void);

void look_away(void)
{
    trio_cancel_shielded_checkpoint();
}
