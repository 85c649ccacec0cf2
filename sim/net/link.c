// What is sent to another host is on its way for the link's latency, and never
// overtakes what was sent before it over the same link. That the next packet of
// a link arrives is an event of the run; whoever decides what comes next
// decides about it, too.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/time.h>

#include "sim/net/net.h"

// After so long what was lost is sent again.
#define RETRANSMISSION (200 * TRIO_MS)

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

    if (packet == NULL || packet->held || link->announced)
        return;
    link->announced = true;
    if (world->announce == NULL)
        return;
    link->job.fn = trio_sim_link_arrives_;
    link->job.path = (hash ^ packet->number) * UINT64_C(0x9e3779b97f4a7c15);
    world->announce(&link->job, packet->due);
}

// ---- Sending ----

static void land(struct network *network, const struct packet *packet)
{
    struct endpoint *from = packet->from, *to = packet->to;

    if (from != NULL)
        from->flights--;
    if (to != NULL)
        to->flights--;
    // A retired end takes the other one with it.
    trio_sim_endpoint_retire_(network, from != NULL ? from : to);
}

static void drop(struct network *network, struct packet *packet)
{
    if (packet->segment != NULL)
        trio_sim_segment_free_(network, packet->segment);
    land(network, packet);
    trio_sim_pool_give_(&network->pool, packet, sizeof(*packet));
}

static bool is_lost(const struct link *link)
{
    const struct trio_sim_world_ *world = link->network->world;

    return trio_sim_strikes_(world, &link->job, "lost", world->faults.loss);
}

static void set_due(struct link *link, struct packet *packet,
                    trio_duration delay)
{
    trio_time now = trio_sim_network_now_(link->network->world);
    trio_time due = trio_time_add(trio_time_add(now, link->latency), delay);

    packet->due = due < link->last_due ? link->last_due : due;
    link->last_due = packet->due;
}

static bool is_sent_again(const struct packet *packet)
{
    return packet->kind != PACKET_DATAGRAM && packet->kind != PACKET_NOBODY;
}

static bool is_open(const struct link *link)
{
    return !link->cut && !link->to->down;
}

void trio_sim_link_send_(struct link *link, struct packet *packet)
{
    bool again = is_sent_again(packet);

    packet->number = ++link->sent;
    bool lost = is_lost(link);
    if (!again && (lost || !is_open(link))) {
        drop(link->network, packet);
        return;
    }
    packet->next = NULL;
    packet->held = !is_open(link);
    set_due(link, packet, lost ? RETRANSMISSION : 0);
    if (link->first == NULL)
        link->first = packet;
    else
        link->last->next = packet;
    link->last = packet;
    announce(link);
}

void trio_sim_link_mend_(struct link *link)
{
    link->cut = false;
    trio_sim_link_release_(link);
}

void trio_sim_link_release_(struct link *link)
{
    if (!is_open(link))
        return;
    for (struct packet *packet = link->first; packet != NULL;
         packet = packet->next) {
        if (!packet->held)
            continue;
        packet->held = false;
        set_due(link, packet, 0);
    }
    announce(link);
}

void trio_sim_link_hold_(struct link *link)
{
    const struct trio_sim_world_ *world = link->network->world;
    struct packet **next = &link->first;

    if (link->announced && world->announce != NULL)
        trio_sim_job_withdraw(&link->job);
    link->announced = false;
    link->last = NULL;
    while (*next != NULL) {
        struct packet *packet = *next;
        if (is_sent_again(packet)) {
            packet->held = true;
            link->last = packet;
            next = &packet->next;
            continue;
        }
        *next = packet->next;
        drop(link->network, packet);
    }
}

void trio_sim_links_heal_(struct network *network)
{
    for (struct link *link = network->links; link != NULL; link = link->all)
        if (link->cut)
            trio_sim_link_mend_(link);
}

// ---- Arriving ----

void trio_sim_link_arrives_(struct trio_sim_job *job)
{
    struct link *link = (struct link *)job; // Its first member.
    struct packet *packet = link->first;
    struct network *network = link->network;

    link->first = packet->next;
    link->announced = false;
    announce(link);
    trio_sim_packet_arrive_(network, packet);
    land(network, packet);
    trio_sim_pool_give_(&network->pool, packet, sizeof(*packet));
}

void trio_sim_link_names_(const struct trio_sim_job *job, const char **ret_from,
                          const char **ret_to)
{
    const struct link *link = (const struct link *)job; // Its first member.

    *ret_from = link->from->name;
    *ret_to = link->to->name;
}

uint64_t trio_sim_link_head_(const struct trio_sim_job *job)
{
    return ((const struct link *)job)->first->number;
}

uint64_t trio_sim_link_newest_(const struct trio_sim_job *job)
{
    return ((const struct link *)job)->sent;
}

// ---- Without a picker ----

static struct link *first_of(const struct trio_sim_world_ *world)
{
    struct link *first = NULL;

    if (world->network == NULL)
        return NULL;
    for (struct link *link = world->network->links; link != NULL;
         link = link->all)
        if (link->announced &&
            (first == NULL || link->first->due < first->first->due))
            first = link;
    return first;
}

bool trio_sim_next_arrives_(struct trio_sim_world_ *world)
{
    struct link *link = first_of(world);
    trio_time now = trio_sim_network_now_(world);

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

    return link != NULL && (world->clock->autojump ||
                            link->first->due <= trio_sim_network_now_(world));
}
