// An entry callback must not park.
// compilers: clang clang++
// expect: calling function 'trio_sleep' requires holding
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

void on_entry(struct trio_entry *entry);

void on_entry(struct trio_entry *entry)
{
    (void)entry;
    trio_ignore(trio_sleep(TRIO_MS));
}
