// What may happen to a packet on its way, each at most once for each packet.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include "sim/net/net.h"

#define OVERTAKEN_BY (10 * TRIO_MS)
#define DELAY TRIO_SECOND
#define SWIZZLE (10 * TRIO_SECOND)

static bool strikes(const struct link *link, bool asked, const char *what)
{
    return trio_sim_strikes_(link->network->world, &link->job, what, asked);
}

// Whether it belongs to a connection that both ends know of.
static bool is_of_connection(const struct packet *packet)
{
    return packet->kind == PACKET_DATA || packet->kind == PACKET_END;
}

// In its place there comes a reset, and one back to its sender.
static void become_reset(struct network *network, struct packet *packet)
{
    struct segment *segment = packet->segment;

    if (segment != NULL) {
        packet->to->arriving -= segment->end - segment->begin;
        trio_sim_segment_free_(network, segment);
    }
    packet->segment = NULL;
    packet->kind = PACKET_RESET;
    trio_sim_packet_tell_(network, packet->to, PACKET_RESET);
}

struct fate trio_sim_fate_(struct link *link, struct packet *packet)
{
    const struct trio_sim_fault_options *asked = &link->network->world->faults;
    bool datagram = packet->kind == PACKET_DATAGRAM;
    struct fate fate = {.lost = false};

    if (trio_sim_link_is_cut_(link))
        return fate;
    if (strikes(link, asked->partition, "cut off")) {
        trio_sim_link_part_(link);
        return fate;
    }
    if (strikes(link, asked->swizzle, "caught in a swizzle"))
        trio_sim_swizzle_(link->network, link->from,
                          trio_sim_link_path_(&link->job) ^ packet->number,
                          SWIZZLE);
    fate.lost = strikes(link, asked->loss, "lost");
    if (fate.lost)
        return fate;
    if (datagram && strikes(link, asked->reordering, "overtaken"))
        fate.delay = OVERTAKEN_BY;
    fate.twice = datagram && strikes(link, asked->duplication, "duplicated");
    if ((datagram || trio_sim_is_sent_again_(packet->kind)) &&
        strikes(link, asked->delay, "delayed"))
        fate.delay = DELAY;
    if (is_of_connection(packet) && strikes(link, asked->reset, "reset"))
        become_reset(link->network, packet);
    return fate;
}
