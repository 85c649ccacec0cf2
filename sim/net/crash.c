// A host loses its power. What it has sent arrives; what others send it waits
// until it is up again, as it would be sent again and again, and finds nobody.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// All of its sockets are dead at once, before the first of them goes: what one
// of them drops must not have another one speak.

#include <trio/task.h>

#include "sim/files/files.h"
#include "sim/net/net.h"

// ---- Sockets ----

static struct endpoint *first_of(struct endpoint *endpoint,
                                 const struct trio_sim_host *host)
{
    while (endpoint != NULL && endpoint->host != host)
        endpoint = endpoint->next;
    return endpoint;
}

static void lose(struct network *network, struct endpoint *endpoint)
{
    while (endpoint->slots != NULL)
        trio_sim_handle_lose_(network, endpoint->slots);
    trio_sim_forget_news_(network, endpoint);
    trio_sim_queue_clear_(network, &endpoint->received);
    trio_sim_queue_clear_(network, &endpoint->unsent);
    trio_sim_alarm_clear_(&endpoint->alarm);
    endpoint->listener = NULL;
    trio_sim_port_leave_(network, endpoint);
    trio_sim_path_leave_(network, endpoint);
}

// A retired end takes the other one with it, which may be the next.
static void retire_all(struct network *network,
                       const struct trio_sim_host *host)
{
    struct endpoint *next;

    for (struct endpoint *one = network->endpoints; one != NULL; one = next) {
        next = one->next;
        if (next != NULL && next == one->other)
            next = next->next;
        if (one->host == host)
            trio_sim_endpoint_retire_(network, one);
    }
}

static void lose_sockets(struct network *network, struct trio_sim_host *host)
{
    struct endpoint *one = network->endpoints;

    for (; (one = first_of(one, host)) != NULL; one = one->next)
        one->lost = one->dead = true;
    for (one = network->endpoints; (one = first_of(one, host)) != NULL;
         one = one->next)
        lose(network, one);
    retire_all(network, host);
    trio_sim_ports_forget_(network, host);
}

// ---- Power ----

static void lose_links(struct network *network,
                       const struct trio_sim_host *host)
{
    for (struct link *link = network->links; link != NULL; link = link->all)
        if (link->to == host)
            trio_sim_link_goes_down_(link);
}

void trio_sim_host_lose_power_(struct network *network,
                               struct trio_sim_host *host)
{
    const struct trio_sim_world_ *world = network->world;
    bool ours = trio_realm_abandon(host);

    if (host->paused)
        trio_realm_resume(&host->pause);
    host->paused = false;
    trio_sim_host_wake_(host);
    host->down = true;
    lose_links(network, host);
    lose_sockets(network, host);
    trio_sim_files_crash_(network, host);
    if (world->crashed != NULL)
        world->crashed(host);
    if (ours)
        trio_task_abandon();
}

void trio_sim_host_risk_(void *context)
{
    struct network *network = trio_sim_network_(context);

    if (network == NULL || !network->world->has_hosts || !trio_in_task())
        return;
    struct trio_sim_host *host = trio_sim_host_here_(network);
    if (host->is_home)
        return;
    if (trio_sim_strikes_(context, NULL, "its host stands still",
                          network->world->faults.stall))
        trio_sim_host_stall_(network, host);
    if (!host->at_risk || host->risks == RISKS_MAX)
        return;
    host->risks++;
    if (trio_sim_fails_(context, "power", true))
        trio_sim_host_lose_power_(network, host);
}

void trio_sim_host_gain_power_(struct network *network,
                               struct trio_sim_host *host)
{
    host->down = false;
    trio_sim_host_clock_begin_(network, host);
    for (struct link *link = network->links; link != NULL; link = link->all)
        if (link->to == host)
            trio_sim_link_go_on_(link);
}
