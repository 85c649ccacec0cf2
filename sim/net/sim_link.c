// What a scenario says about its links.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/error.h>
#include <trio/random.h>

#include "sim/net/net.h"

static struct link *find_link(struct trio_sim_host *from,
                              struct trio_sim_host *to)
{
    struct network *network =
        trio_sim_network_of_("a link needs a simulated run");

    return network == NULL ? NULL : trio_sim_link_(network, from, to);
}

// ---- How slow they are ----

static trio_status set_latency(struct trio_sim_host *from,
                               struct trio_sim_host *to, struct latency latency)
{
    struct link *link = find_link(from, to);

    if (link == NULL)
        return TRIO_ENOMEM;
    link->latency = latency;
    if (from == to)
        from->loop = link;
    return TRIO_OK;
}

static trio_status out_of_range(const struct trio_sim_host *from,
                                const struct trio_sim_host *to)
{
    return trio_fail(TRIO_EINVAL, "the latency from \"%s\" to \"%s\"",
                     from->name, to->name);
}

trio_status trio_sim_link_set_latency(struct trio_sim_host *from,
                                      struct trio_sim_host *to,
                                      trio_duration latency)
{
    if (latency < 0)
        return out_of_range(from, to);
    return set_latency(from, to, (struct latency){.min = latency});
}

trio_status trio_sim_link_set_latency_uniform(struct trio_sim_host *from,
                                              struct trio_sim_host *to,
                                              trio_duration min,
                                              trio_duration max)
{
    if (min < 0 || min > max)
        return out_of_range(from, to);
    return set_latency(from, to,
                       (struct latency){.shape = LATENCY_UNIFORM,
                                        .min = min,
                                        .max = max,
                                        .random = trio_random_u64()});
}

trio_status trio_sim_link_set_latency_long_tail(struct trio_sim_host *from,
                                                struct trio_sim_host *to,
                                                trio_duration min,
                                                trio_duration max)
{
    if (min <= 0 || min > max)
        return out_of_range(from, to);
    return set_latency(from, to,
                       (struct latency){.shape = LATENCY_LONG_TAIL,
                                        .min = min,
                                        .max = max,
                                        .random = trio_random_u64()});
}

trio_status trio_sim_link_set_bandwidth(struct trio_sim_host *from,
                                        struct trio_sim_host *to,
                                        size_t bytes_per_second)
{
    struct link *link = find_link(from, to);

    if (link == NULL)
        return TRIO_ENOMEM;
    link->bandwidth = bytes_per_second;
    return TRIO_OK;
}

// ---- When they stand still ----

trio_status trio_sim_link_cut(struct trio_sim_host *from,
                              struct trio_sim_host *to)
{
    struct link *link = find_link(from, to);

    if (link == NULL)
        return TRIO_ENOMEM;
    link->cut = true;
    return TRIO_OK;
}

trio_status trio_sim_link_mend(struct trio_sim_host *from,
                               struct trio_sim_host *to)
{
    struct link *link = find_link(from, to);

    if (link == NULL)
        return TRIO_ENOMEM;
    trio_sim_link_mend_(link);
    return TRIO_OK;
}

trio_status trio_sim_link_hold(struct trio_sim_host *from,
                               struct trio_sim_host *to)
{
    struct link *link = find_link(from, to);

    if (link == NULL)
        return TRIO_ENOMEM;
    trio_sim_link_hold_(link);
    return TRIO_OK;
}

trio_status trio_sim_link_release(struct trio_sim_host *from,
                                  struct trio_sim_host *to)
{
    struct link *link = find_link(from, to);

    if (link == NULL)
        return TRIO_ENOMEM;
    trio_sim_link_release_(link);
    return TRIO_OK;
}

trio_status trio_sim_link_clog(struct trio_sim_host *from,
                               struct trio_sim_host *to, trio_duration duration)
{
    struct link *link = find_link(from, to);

    if (link == NULL)
        return TRIO_ENOMEM;
    trio_sim_link_clog_(link, duration);
    return TRIO_OK;
}

void trio_sim_links_heal(void)
{
    struct network *network =
        trio_sim_network_of_("links need a simulated run");

    if (network != NULL)
        trio_sim_links_heal_(network);
}
