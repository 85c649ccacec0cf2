// Lanes beside a link. A segment that is late has those of its own connection
// behind it, and nobody else's; a datagram that is late has only other late
// ones behind it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

static struct link *find_or_add(struct link *link, struct link **ret_lane,
                                struct endpoint *owner)
{
    struct link *lane = *ret_lane;

    if (lane != NULL)
        return lane->main == link ? lane : link;
    lane = trio_sim_pool_take_(&link->network->pool, sizeof(*lane));
    if (lane == NULL)
        return link;
    *lane = (struct link){.next = link->lanes,
                          .network = link->network,
                          .from = link->from,
                          .to = link->to,
                          .path = link->path,
                          .job.fn = trio_sim_link_arrives_,
                          .main = link,
                          .owner = owner};
    link->lanes = *ret_lane = lane;
    return lane;
}

struct link *trio_sim_lane_(struct link *link, const struct packet *packet,
                            bool late)
{
    struct endpoint *from = packet->from;

    if (!trio_sim_is_sent_again_(packet->kind))
        return late ? find_or_add(link, &link->detour, NULL) : link;
    if (from->lane != NULL && from->lane->first != NULL &&
        from->lane->main == link)
        return from->lane;
    return late ? find_or_add(link, &from->lane, from) : link;
}

bool trio_sim_lane_is_open_(const struct link *link)
{
    return link->owner == NULL || link->owner->ahead == 0;
}

void trio_sim_lane_free_(struct network *network, struct endpoint *owner)
{
    struct link *lane = owner->lane;

    if (lane == NULL)
        return;
    struct link **list = &lane->main->lanes;
    while (*list != lane)
        list = &(*list)->next;
    *list = lane->next;
    owner->lane = NULL;
    trio_sim_pool_give_(&network->pool, lane, sizeof(*lane));
}
