// Who gets what comes to a port: whoever is bound to it, and fits best.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

// How well a binding fits an address, 0: not at all.
static int fit(const struct binding *binding,
               const struct trio_address *address)
{
    struct trio_address plain = trio_sim_ip_plain_(*address);

    if (binding->address.port != address->port)
        return 0;
    if (trio_sim_ip_same_(&binding->address, &plain))
        return 3;
    if (!trio_sim_ip_is_any_(&binding->address))
        return 0;
    if (binding->address.family == plain.family)
        return 2;
    return binding->dual ? 1 : 0;
}

struct endpoint *trio_sim_port_listener_(struct trio_sim_host *host,
                                         const struct trio_address *address)
{
    const struct binding *bound =
        trio_sim_port_bucket_(host, address->port)->bound;
    int best = 0;
    uint32_t count = 0;
    struct endpoint *chosen = NULL;

    for (const struct binding *one = bound; one != NULL; one = one->next) {
        int fits =
            one->kind == KIND_STREAM && one->owner->state == STATE_LISTENING
                ? fit(one, address)
                : 0;
        if (fits == 0 || fits < best)
            continue;
        count = fits > best ? 1 : count + 1;
        best = fits;
        // Those that share the port come in turn.
        if (count == 1 || host->turn % count == 0)
            chosen = one->owner;
    }
    host->turn += count > 1;
    return chosen;
}

struct endpoint *trio_sim_port_datagram_(struct trio_sim_host *host,
                                         const struct trio_address *to,
                                         const struct trio_address *from)
{
    const struct binding *bound = trio_sim_port_bucket_(host, to->port)->bound;
    int best = 0;
    struct endpoint *chosen = NULL;

    for (const struct binding *one = bound; one != NULL; one = one->next) {
        int fits = one->kind == KIND_DATAGRAM ? fit(one, to) : 0;
        if (fits > 0 && one->owner->state == STATE_CONNECTED) {
            struct trio_address peer = trio_sim_ip_plain_(one->owner->peer);
            struct trio_address plain = trio_sim_ip_plain_(*from);
            fits = peer.port == plain.port && trio_sim_ip_same_(&peer, &plain)
                       ? fits + 4
                       : 0;
        }
        if (fits <= best)
            continue;
        best = fits;
        chosen = one->owner;
    }
    return chosen;
}
