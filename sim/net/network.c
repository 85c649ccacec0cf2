// The network of a simulated world. It is made when the first socket of all is
// opened, and a run that opens none costs one look at a flag.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/run.h>
#include <trio/task.h>

#include "sim/net/net.h"

#define HOME_NAME "home"

static struct network *make(struct trio_sim_world_ *world)
{
    const struct trio_memory *memory =
        world->memory == NULL ? trio_run_memory() : world->memory;
    struct network *network =
        memory->allocate(memory->context, sizeof(*network));

    if (network == NULL)
        return NULL;
    memset(network, 0, sizeof(*network));
    network->pool.base = *memory;
    network->world = world;
    world->network = network;
    return network;
}

struct network *trio_sim_network_make_(void *context)
{
    struct trio_sim_world_ *world = context;
    struct network *network =
        world->network == NULL ? make(world) : world->network;

    if (network == NULL || network->used)
        return network;
    network->used = true;
    trio_sim_host_begin_(&network->home, HOME_NAME, HOME_NAME, 1);
    network->home.is_home = true;
    network->host_count = 1;
    network->hosts_at_risk = 0;
    return network;
}

struct network *trio_sim_network_of_(const char *rule)
{
    const struct trio_world *world = trio_run_world();

    if (world->io->name != trio_sim_world_name_)
        trio_misuse(rule, NULL);
    return trio_sim_network_make_(world->context);
}

trio_time trio_sim_network_now_(const struct trio_sim_world_ *world)
{
    struct trio_clock clock = trio_clock_mock(world->clock);

    return clock.now(clock.context);
}

void trio_sim_network_reset_(struct trio_sim_world_ *world)
{
    struct network *network = world->network;

    world->has_hosts = false;
    if (network == NULL || !network->used)
        return;
    trio_sim_pool_reset_(&network->pool);
    network->used = false;
    network->alarms = NULL;
    world->alarms = 0;
    network->links = NULL;
    network->names = NULL;
    network->open = 0;
    network->files = 0;
    network->endpoints = NULL;
    network->slot_count = 0;
    network->free_slots = NULL;
    network->handles = 0;
    network->waiters = 0;
    network->news_first = network->news_last = NULL;
}

void trio_sim_network_end_(struct trio_sim_world_ *world)
{
    struct network *network = world->network;

    if (network == NULL)
        return;
    struct trio_memory memory = network->pool.base;
    trio_sim_pool_end_(&network->pool);
    if (network->slots != NULL)
        memory.release(memory.context, network->slots,
                       network->slot_max * sizeof(struct slot *));
    memory.release(memory.context, network, sizeof(*network));
    world->network = NULL;
}
