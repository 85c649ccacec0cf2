// A host has its own addresses, ports, paths and limits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

enum { OPEN_MAX_DEFAULT = 1024, PORT_FIRST = 32768 };

void trio_sim_host_begin_(struct network *network, struct host *host,
                          const char *name)
{
    size_t length = strlen(name);

    (void)network;
    memset(host, 0, sizeof(*host));
    memcpy(host->name, name,
           length < HOST_NAME_MAX ? length : HOST_NAME_MAX - 1);
    host->addresses[0] = (struct trio_address){.family = TRIO_ADDRESS_IPV4,
                                               .bytes = {10, 0, 0, 1}};
    host->addresses[1] = (struct trio_address){.family = TRIO_ADDRESS_IPV6,
                                               .bytes = {0xfd, [15] = 1}};
    host->open_max = OPEN_MAX_DEFAULT;
    host->last_port = PORT_FIRST - 1;
}

bool trio_sim_host_has_(const struct host *host,
                        const struct trio_address *address)
{
    struct trio_address plain = trio_sim_ip_plain_(*address);

    return trio_sim_ip_is_loopback_(&plain) ||
           trio_sim_ip_same_(&plain, &host->addresses[0]) ||
           trio_sim_ip_same_(&plain, &host->addresses[1]);
}

struct host *trio_sim_host_at_(struct network *network, struct host *from,
                               const struct trio_address *address)
{
    (void)network;
    return trio_sim_host_has_(from, address) ? from : NULL;
}

struct host *trio_sim_host_here_(struct network *network)
{
    return &network->home;
}
