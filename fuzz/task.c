// One world is used over and over: to make a new one takes ten times as long as
// most targets do.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "fuzz/task.h"

#include "fuzz/target.h"
#include "sim/kernel/kernel.h"

void fuzz_run(trio_task_fn fn, void *arg)
{
    static struct trio_config config;
    static struct kernel *kernel;
    struct trio_scenario scenario = {.name = "target", .fn = fn, .arg = arg};
    struct plan plan = {.scenario = &scenario};
    struct outcome outcome;

    if (kernel == NULL) {
        config = trio_config_platform();
        kernel = trio_sim_kernel_new_(&config);
        FUZZ_CHECK(kernel != NULL);
    }
    trio_sim_run_(kernel, &plan, &outcome);
    if (outcome.verdict == VERDICT_PASSED)
        return;
    fprintf(stderr, "the run did not pass: %s (%s)\n", outcome.text,
            trio_status_name(outcome.status));
    abort();
}
