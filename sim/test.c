// A test is a run in a world of its own: nothing is left of one for the next.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/testing.h>

#include "sim/internal.h"

trio_status trio_test(trio_task_fn fn, void *arg)
{
    return trio_test_seeded(0, fn, arg);
}

trio_status trio_test_seeded(uint64_t seed, trio_task_fn fn, void *arg)
{
    struct trio_simulation simulation;
    struct trio_config base = trio_config_platform();
    struct trio_config config = trio_config_simulated(&simulation, &base, seed);

    return trio_run_with(&config, fn, arg);
}

trio_status trio_test_manual(struct trio_mock_clock *clock, trio_task_fn fn,
                             void *arg)
{
    struct trio_simulation simulation;
    struct trio_config base = trio_config_platform();
    struct trio_config config = trio_config_simulated(&simulation, &base, 0);

    config.clock = trio_sim_clock_by_host_(trio_clock_mock(clock));
    simulation.world.clock = clock;
    return trio_run_with(&config, fn, arg);
}
