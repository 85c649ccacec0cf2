// What a scenario says about faults.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>
#include <trio/sim_fault.h>
#include <trio/task.h>

#include "sim/net/net.h"

static struct trio_sim_world_ *world_of(const char *rule)
{
    const struct trio_world *world = trio_run_world();

    if (world->io->name != trio_sim_world_name_)
        trio_misuse(rule, NULL);
    return world->context;
}

void trio_sim_faults(const struct trio_sim_fault_options *options)
{
    world_of("faults need a simulated run")->faults = *options;
}
