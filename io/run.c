// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A program runs in the real world unless it says otherwise.

#include <trio/run.h>

trio_status trio_run(trio_task_fn fn, void *arg)
{
    TRIO_REQUIRE(fn);
    struct trio_config config = trio_config_platform();
    return trio_run_with(&config, fn, arg);
}
