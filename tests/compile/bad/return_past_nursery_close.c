// A return leaves a nursery open.
// compilers: clang clang++
// expect: (nursery|mutex) 'nursery' is not held on every path
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/trio.h>

TRIO_CHECKPOINT trio_status leave(trio_task_fn fn);

TRIO_CHECKPOINT trio_status leave(trio_task_fn fn)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_nursery_start_soon(&nursery, fn, NULL);
    if (rc != TRIO_OK)
        return rc;
    return trio_nursery_close(&nursery, rc);
}
