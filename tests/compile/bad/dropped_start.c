// Whether a task was started is dropped.
// compilers: gcc clang g++ clang++
// expect: ignoring return value of
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

void hurry(struct trio_nursery *nursery, trio_task_fn fn);

void hurry(struct trio_nursery *nursery, trio_task_fn fn)
{
    trio_nursery_start_soon(nursery, fn, NULL);
}
