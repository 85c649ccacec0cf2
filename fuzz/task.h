// A target that needs tasks.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef FUZZ_TASK_H
#define FUZZ_TASK_H

#include <trio/base.h>
#include <trio/nursery.h>

// Runs `fn(arg)` as a task in a fresh simulated world, first in, first out, and
// ends the process unless it returns TRIO_OK and leaves nothing behind.
void fuzz_run(trio_task_fn fn, void *arg);

#endif // FUZZ_TASK_H
