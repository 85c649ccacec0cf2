// How long a packet is on its way: in whole numbers, so that it is the same on
// every machine.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include "sim/net/net.h"

static trio_duration draw(struct latency *latency, trio_duration from,
                          trio_duration to)
{
    uint64_t count = (uint64_t)(to - from) + 1;

    return from + (trio_duration)trio_sim_below_(&latency->random, count);
}

// From one doubling to the next with half the likelihood.
static trio_duration draw_long_tail(struct latency *latency)
{
    trio_duration from = latency->min;

    while (from <= latency->max / 2 &&
           trio_sim_below_(&latency->random, 2) == 0)
        from *= 2;
    return draw(latency, from,
                from > latency->max / 2 ? latency->max : 2 * from);
}

trio_duration trio_sim_latency_(struct latency *latency)
{
    switch (latency->shape) {
    case LATENCY_UNIFORM:
        return draw(latency, latency->min, latency->max);
    case LATENCY_LONG_TAIL:
        return draw_long_tail(latency);
    default:
        return latency->min;
    }
}

trio_time trio_sim_link_sent_at_(struct link *link, const struct packet *packet,
                                 trio_time now)
{
    const struct segment *segment = packet->segment;

    if (link->bandwidth == 0 || segment == NULL)
        return now;
    uint64_t bytes = segment->end - segment->begin;
    trio_duration takes =
        (trio_duration)(bytes * (uint64_t)TRIO_SECOND / link->bandwidth);
    trio_time begin = link->busy_until > now ? link->busy_until : now;
    link->busy_until = trio_time_add(begin, takes);
    return link->busy_until;
}
