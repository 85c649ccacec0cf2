// What is sent to another host is on its way for the link's latency, and never
// overtakes what was sent before it over the same link. That the next packet of
// a link arrives is an event of the run; whoever decides what comes next
// decides about it, too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/time.h>

#include "sim/net/net.h"

static uint64_t hash_name(uint64_t hash, const char *name)
{
    for (; *name != '\0'; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    return hash * UINT64_C(0x9e3779b97f4a7c15);
}

struct link *trio_sim_link_(struct network *network, struct trio_sim_host *from,
                            struct trio_sim_host *to)
{
    struct link *link = from->links;

    while (link != NULL && link->to != to)
        link = link->next;
    if (link != NULL)
        return link;
    link = trio_sim_pool_take_(&network->pool, sizeof(*link));
    if (link == NULL)
        return NULL;
    *link = (struct link){.next = from->links,
                          .all = network->links,
                          .network = network,
                          .from = from,
                          .to = to,
                          .latency = TRIO_SIM_LATENCY_DEFAULT};
    from->links = network->links = link;
    return link;
}

// The next packet is one that may arrive, under a name of its own.
static void announce(struct link *link)
{
    const struct trio_sim_world_ *world = link->network->world;
    const struct packet *packet = link->first;
    uint64_t hash = hash_name(hash_name(1, link->from->name), link->to->name);

    if (world->announce == NULL)
        return;
    link->job.fn = trio_sim_link_arrives_;
    link->job.path = (hash ^ packet->number) * UINT64_C(0x9e3779b97f4a7c15);
    world->announce(&link->job, packet->due);
}

void trio_sim_link_send_(struct link *link, struct packet *packet)
{
    trio_time due = trio_time_add(trio_now(), link->latency);

    packet->next = NULL;
    packet->number = ++link->sent;
    packet->due = due < link->last_due ? link->last_due : due;
    link->last_due = packet->due;
    if (link->first == NULL) {
        link->first = link->last = packet;
        announce(link);
    } else {
        link->last->next = packet;
        link->last = packet;
    }
}

static void land(struct network *network, struct endpoint *endpoint)
{
    if (endpoint == NULL)
        return;
    endpoint->flights--;
    trio_sim_endpoint_retire_(network, endpoint);
}

void trio_sim_link_arrives_(struct trio_sim_job *job)
{
    struct link *link = (struct link *)job; // Its first member.
    struct packet *packet = link->first;
    struct network *network = link->network;

    link->first = packet->next;
    if (link->first != NULL)
        announce(link);
    trio_sim_packet_arrive_(network, packet);
    // A retired end may take the other one with it.
    if (packet->from != NULL && packet->to != NULL)
        packet->to->flights--;
    land(network, packet->from != NULL ? packet->from : packet->to);
    trio_sim_pool_give_(&network->pool, packet, sizeof(*packet));
}

void trio_sim_link_head_(const struct trio_sim_job *job, const char **ret_from,
                         const char **ret_to, uint64_t *ret_number)
{
    const struct link *link = (const struct link *)job; // Its first member.

    *ret_from = link->from->name;
    *ret_to = link->to->name;
    *ret_number = link->first->number;
}

// ---- Without a picker ----

static struct link *first_of(const struct trio_sim_world_ *world)
{
    struct link *first = NULL;

    if (world->network == NULL)
        return NULL;
    for (struct link *link = world->network->links; link != NULL;
         link = link->all)
        if (link->first != NULL &&
            (first == NULL || link->first->due < first->first->due))
            first = link;
    return first;
}

bool trio_sim_next_arrives_(struct trio_sim_world_ *world)
{
    struct link *link = first_of(world);
    trio_time now = trio_now();

    if (link == NULL)
        return false;
    if (link->first->due > now) {
        if (!world->clock->autojump ||
            link->first->due > trio_run_next_deadline(now))
            return false;
        trio_mock_clock_jump(world->clock, link->first->due - now);
    }
    trio_sim_link_arrives_(&link->job);
    return true;
}

bool trio_sim_will_arrive_(const struct trio_sim_world_ *world)
{
    const struct link *link = first_of(world);

    return link != NULL &&
           (world->clock->autojump || link->first->due <= trio_now());
}
