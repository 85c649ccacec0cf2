// A host has its own addresses, ports, paths and limits.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

enum { OPEN_MAX_DEFAULT = 1024 };

// Of the addresses, in bytes.
enum { IPV4_NETWORK = 2, IPV6_NETWORK = 14 };

void trio_sim_host_begin_(struct trio_sim_host *host, const char *name,
                          const char *encoded, size_t number)
{
    uint8_t high = (uint8_t)(number >> 8), low = (uint8_t)number;

    memset(host, 0, sizeof(*host));
    memcpy(host->name, name, strlen(name) + 1);
    memcpy(host->encoded, encoded, strlen(encoded) + 1);
    host->addresses[0] = (struct trio_address){.family = TRIO_ADDRESS_IPV4,
                                               .bytes = {10, 0, high, low}};
    host->addresses[1] = (struct trio_address){
        .family = TRIO_ADDRESS_IPV6, .bytes = {0xfd, [14] = high, [15] = low}};
    host->open_max = OPEN_MAX_DEFAULT;
    host->port_count = PORTS;
}

bool trio_sim_host_has_(const struct trio_sim_host *host,
                        const struct trio_address *address)
{
    struct trio_address plain = trio_sim_ip_plain_(*address);

    return trio_sim_ip_is_loopback_(&plain) ||
           trio_sim_ip_same_(&plain, &host->addresses[0]) ||
           trio_sim_ip_same_(&plain, &host->addresses[1]);
}

bool trio_sim_host_might_have_(const struct trio_address *address)
{
    static const uint8_t ipv4[IPV4_NETWORK] = {10, 0};
    static const uint8_t ipv6[IPV6_NETWORK] = {0xfd};

    return address->family == TRIO_ADDRESS_IPV4
               ? memcmp(address->bytes, ipv4, IPV4_NETWORK) == 0
               : memcmp(address->bytes, ipv6, IPV6_NETWORK) == 0;
}

struct trio_sim_host *trio_sim_host_at_(struct network *network,
                                        struct trio_sim_host *from,
                                        const struct trio_address *address)
{
    struct trio_address plain = trio_sim_ip_plain_(*address);
    struct trio_sim_host *host = &network->home;

    if (trio_sim_host_has_(from, address))
        return from;
    while (host != NULL && !trio_sim_ip_same_(&plain, &host->addresses[0]) &&
           !trio_sim_ip_same_(&plain, &host->addresses[1]))
        host = host->next;
    return host;
}

struct trio_sim_host *trio_sim_host_named_(struct network *network,
                                           const char *encoded)
{
    struct trio_sim_host *host = &network->home;

    while (host != NULL && strcmp(host->encoded, encoded) != 0)
        host = host->next;
    return host;
}

const char *trio_sim_host_name_(const void *realm)
{
    const struct trio_sim_host *host = realm;

    return host == NULL ? "home" : host->name;
}

struct trio_sim_host *trio_sim_host_here_(struct network *network)
{
    void **realm = trio_task_realm();

    return realm == NULL || *realm == NULL ? &network->home : *realm;
}
