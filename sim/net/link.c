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
                          .path = trio_sim_link_path_of_(from, to),
                          .job.fn = trio_sim_link_arrives_,
                          .latency.min = TRIO_SIM_LATENCY_DEFAULT};
    from->links = network->links = link;
    return link;
}

static struct link *main_of(struct link *link)
{
    return link->main == NULL ? link : link->main;
}

// The next packet is one that may arrive, under a name of its own.
static void announce(struct link *link)
{
    const struct trio_sim_world_ *world = link->network->world;
    const struct packet *packet = link->first;

    if (packet == NULL || packet->held || link->announced ||
        main_of(link)->stopped || trio_sim_link_is_silent_(link) ||
        !trio_sim_lane_is_open_(link))
        return;
    link->announced = true;
    if (world->announce == NULL)
        return;
    link->job.path = (trio_sim_link_path_(&link->job) ^ packet->number) *
                     UINT64_C(0x9e3779b97f4a7c15);
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

static void lose(struct network *network, struct packet *packet)
{
    if (trio_sim_is_handshake_(packet->kind))
        trio_sim_handshake_lost_(network, packet);
    if (packet->segment != NULL)
        trio_sim_segment_free_(network, packet->segment);
    land(network, packet);
    trio_sim_pool_give_(&network->pool, packet, sizeof(*packet));
}

static void set_due(struct link *link, struct packet *packet,
                    trio_duration delay)
{
    struct link *main = main_of(link);
    trio_time now = trio_sim_network_now_(link->network->world);
    trio_time due = trio_time_add(trio_sim_link_sent_at_(main, packet, now),
                                  trio_sim_latency_(&main->latency));

    due = trio_time_add(due, delay);

    packet->due = due < link->last_due ? link->last_due : due;
    link->last_due = packet->due;
}

void trio_sim_link_put_(struct link *link, struct packet *packet,
                        trio_duration delay)
{
    packet->next = NULL;
    if (!packet->held)
        set_due(link, packet, delay);
    if (packet->from != NULL && link->main == NULL)
        packet->from->ahead++;
    if (link->first == NULL)
        link->first = packet;
    else
        link->last->next = packet;
    link->last = packet;
    announce(link);
}

// The system of the sender tries for about a quarter of an hour.
static void hold(struct network *network, struct packet *packet)
{
    packet->held = true;
    if (packet->from != NULL)
        trio_sim_unanswered_(network, packet->from);
}

void trio_sim_link_send_(struct link *link, struct packet *packet)
{
    struct network *network = link->network;
    struct fate fate = {.lost = false};

    packet->number = ++link->sent;
    if (network->world->strikes != NULL)
        fate = trio_sim_fate_(link, packet);
    bool cut = trio_sim_link_is_cut_(link);
    bool again = trio_sim_is_sent_again_(packet->kind);
    if (!again && (fate.lost || cut)) {
        lose(network, packet);
        return;
    }
    packet->held = false;
    if (cut)
        hold(network, packet);
    if (fate.lost)
        fate.delay = RETRANSMISSION;
    if (fate.twice)
        trio_sim_packet_double_(network, packet);
    trio_sim_link_put_(trio_sim_lane_(link, packet, fate.delay > 0), packet,
                       fate.delay);
}

static void let_go(struct link *link)
{
    for (struct packet *packet = link->first; packet != NULL;
         packet = packet->next) {
        if (!packet->held)
            continue;
        packet->held = false;
        set_due(link, packet, 0);
        if (packet->from != NULL)
            trio_sim_alarm_clear_(&packet->from->alarm);
    }
}

void trio_sim_link_go_on_(struct link *link)
{
    if (trio_sim_link_is_cut_(link))
        return;
    let_go(link);
    for (struct link *lane = link->lanes; lane != NULL; lane = lane->next)
        let_go(lane);
    trio_sim_link_announce_(link);
}

void trio_sim_link_announce_(struct link *link)
{
    announce(link);
    for (struct link *lane = link->lanes; lane != NULL; lane = lane->next)
        announce(lane);
}

static void withdraw(struct link *link)
{
    const struct trio_sim_world_ *world = link->network->world;

    if (link->announced && world->withdraw != NULL)
        world->withdraw(&link->job);
    link->announced = false;
}

void trio_sim_link_withdraw_(struct link *link)
{
    withdraw(link);
    for (struct link *lane = link->lanes; lane != NULL; lane = lane->next)
        withdraw(lane);
}

// What is on its way to a host that loses its power.
static void go_down(struct link *link)
{
    struct packet *packet = link->first, *next;

    withdraw(link);
    link->first = link->last = NULL;
    for (; packet != NULL; packet = next) {
        next = packet->next;
        if (packet->from != NULL && link->main == NULL)
            packet->from->ahead--;
        if (!trio_sim_is_sent_again_(packet->kind)) {
            lose(link->network, packet);
            continue;
        }
        hold(link->network, packet);
        trio_sim_link_put_(link, packet, 0);
    }
}

void trio_sim_link_goes_down_(struct link *link)
{
    go_down(link);
    for (struct link *lane = link->lanes; lane != NULL; lane = lane->next)
        go_down(lane);
}

// ---- Arriving ----

// What is on its lane may come as soon as nothing is ahead of it.
static void come_out(struct endpoint *endpoint)
{
    endpoint->ahead--;
    if (endpoint->lane != NULL)
        announce(endpoint->lane);
}

void trio_sim_link_arrives_(struct trio_sim_job *job)
{
    struct link *link = (struct link *)job; // Its first member.
    struct packet *packet = link->first;
    struct network *network = link->network;

    link->first = packet->next;
    link->announced = false;
    announce(link);
    if (packet->from != NULL && link->main == NULL)
        come_out(packet->from);
    trio_sim_packet_arrive_(network, packet);
    land(network, packet);
    trio_sim_pool_give_(&network->pool, packet, sizeof(*packet));
}
