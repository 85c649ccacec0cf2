// Packets, from their sending to what comes of them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

static bool put_on_link(struct network *network, const struct packet *packet)
{
    struct link *link = trio_sim_link_(network, packet->here, packet->there);
    struct packet *copy = trio_sim_pool_take_(&network->pool, sizeof(*copy));

    if (copy == NULL)
        return false;
    if (link == NULL) {
        trio_sim_pool_give_(&network->pool, copy, sizeof(*copy));
        return false;
    }
    *copy = *packet;
    if (copy->from != NULL)
        copy->from->flights++;
    if (copy->to != NULL)
        copy->to->flights++;
    trio_sim_link_send_(link, copy);
    return true;
}

void trio_sim_packet_send_(struct network *network, const struct packet *packet)
{
    if (trio_sim_is_near_(packet->here, packet->there) ||
        !put_on_link(network, packet))
        trio_sim_packet_arrive_(network, packet);
}

void trio_sim_packet_tell_(struct network *network, struct endpoint *from,
                           enum packet_kind kind)
{
    struct endpoint *to = from->other;

    trio_sim_packet_send_(network, &(struct packet){.kind = kind,
                                                    .here = from->host,
                                                    .there = to->host,
                                                    .from = from,
                                                    .to = to});
}

void trio_sim_packet_double_(struct network *network,
                             const struct packet *packet)
{
    struct link *link = trio_sim_link_(network, packet->here, packet->there);
    struct packet *copy = trio_sim_pool_take_(&network->pool, sizeof(*copy));

    if (copy == NULL)
        return;
    *copy = *packet;
    copy->segment = trio_sim_segment_copy_(network, packet->segment);
    if (copy->segment == NULL) {
        trio_sim_pool_give_(&network->pool, copy, sizeof(*copy));
        return;
    }
    copy->from->flights++;
    trio_sim_link_put_(link, copy, 0);
}

// ---- What comes of them ----

static void accepted(struct network *network, struct endpoint *client)
{
    if (client->dead)
        return;
    client->state = STATE_CONNECTED;
    trio_sim_changed_(network, client);
    trio_sim_packet_tell_(network, client, PACKET_ESTABLISHED);
}

// Only who is connected is told.
static void finds_nobody(struct network *network, struct endpoint *sender)
{
    if (sender->dead || sender->state != STATE_CONNECTED)
        return;
    sender->failure = TRIO_ECONNREFUSED;
    trio_sim_changed_(network, sender);
}

// The host knows nothing of it any more.
static void finds_none(struct network *network, const struct packet *packet)
{
    struct endpoint *endpoint = packet->to;

    if (packet->kind == PACKET_DATA) {
        endpoint->arriving -= packet->segment->end - packet->segment->begin;
        trio_sim_segment_free_(network, packet->segment);
    }
    if (packet->kind != PACKET_RESET && packet->kind != PACKET_REFUSED &&
        packet->kind != PACKET_NOBODY)
        trio_sim_packet_tell_(network, endpoint, PACKET_RESET);
}

void trio_sim_packet_arrive_(struct network *network,
                             const struct packet *packet)
{
    if (packet->to != NULL && packet->to->lost) {
        finds_none(network, packet);
        return;
    }
    switch (packet->kind) {
    case PACKET_OPEN:
        trio_sim_open_arrives_(network, packet);
        break;
    case PACKET_REFUSED:
        trio_sim_connect_failed_(network, packet->to, TRIO_ECONNREFUSED);
        break;
    case PACKET_ACCEPTED:
        accepted(network, packet->to);
        break;
    case PACKET_ESTABLISHED:
        trio_sim_established_(network, packet->to);
        break;
    case PACKET_DATA:
        trio_sim_data_arrives_(network, packet);
        break;
    case PACKET_END:
        trio_sim_end_arrives_(network, packet->to);
        break;
    case PACKET_RESET:
        trio_sim_reset_arrives_(network, packet->to);
        break;
    case PACKET_DATAGRAM:
        trio_sim_datagram_arrives_(network, packet);
        break;
    case PACKET_NOBODY:
        finds_nobody(network, packet->to);
        break;
    }
}
