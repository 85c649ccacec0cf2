// A nursery is never closed.
// compilers: clang clang++
// expect: (nursery|mutex) 'nursery' is still held at the end of function
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status leave(trio_task_fn fn);

TRIO_CHECKPOINT trio_status leave(trio_task_fn fn)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    return trio_nursery_start_soon(&nursery, fn, NULL);
}
