// The names that the simulated resolver knows: "localhost", and the hosts.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/run.h>

#include "sim/net/net.h"

static void add(struct trio_lookup *lookup, struct trio_address address)
{
    address.port = 0;
    if (lookup->count < TRIO_RESOLVE_MAX &&
        (lookup->family == 0 || lookup->family == address.family))
        lookup->addresses[lookup->count++] = address;
}

// The name ends where the other one does, or with a dot more.
static bool is_name(const char *asked, const char *name)
{
    size_t length = strlen(name);

    return strncmp(asked, name, length) == 0 &&
           (asked[length] == '\0' || strcmp(asked + length, ".") == 0);
}

// Returns the host that the lookup is about.
static const struct host *home(struct network **ret_network)
{
    *ret_network = trio_sim_network_make_(trio_run_world()->context);
    return *ret_network == NULL ? NULL : &(*ret_network)->home;
}

void trio_sim_lookup_addresses_(struct trio_lookup *lookup)
{
    struct network *network;
    const struct host *host = home(&network);

    lookup->status = TRIO_ENOMEM;
    if (host == NULL)
        return;
    if (is_name(lookup->host, "localhost")) {
        add(lookup, trio_sim_ip_loopback_(TRIO_ADDRESS_IPV6));
        add(lookup, trio_sim_ip_loopback_(TRIO_ADDRESS_IPV4));
    } else if (is_name(lookup->host, host->name)) {
        add(lookup, host->addresses[1]);
        add(lookup, host->addresses[0]);
    }
    lookup->status = lookup->count == 0 ? TRIO_ENOENT : TRIO_OK;
}

void trio_sim_lookup_name_(struct trio_lookup *lookup)
{
    struct network *network;
    const struct host *host = home(&network);
    struct trio_address address = trio_sim_ip_plain_(lookup->addresses[0]);
    const char *name = NULL;

    lookup->status = TRIO_ENOMEM;
    if (host == NULL)
        return;
    if (trio_sim_ip_is_loopback_(&address))
        name = "localhost";
    else if (trio_sim_host_has_(host, &address))
        name = host->name;
    lookup->status = name == NULL ? TRIO_ENOENT : TRIO_OK;
    if (name != NULL)
        memcpy(lookup->host, name, strlen(name) + 1);
}
