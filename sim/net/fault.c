// What a scenario says about faults.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>
#include <trio/sim_fault.h>
#include <trio/task.h>
#include <trio/time.h>

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
    struct trio_sim_world_ *world = world_of("faults need a simulated run");

    world->faults = *options;
    world->calm = false;
}

void trio_sim_calm(trio_duration limit)
{
    struct trio_sim_world_ *world = world_of("calm needs a simulated run");
    struct network *network = trio_sim_network_(world);

    world->faults = (struct trio_sim_fault_options){.calls = false};
    world->calm = true;
    world->calm_end = trio_time_add(trio_sim_network_now_(world), limit);
    if (network == NULL)
        return;
    trio_sim_links_heal_(network);
    for (struct trio_sim_host *host = &network->home; host != NULL;
         host = host->next)
        trio_sim_host_wake_(host);
}
