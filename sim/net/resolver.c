// The names that the simulated resolver knows: "localhost", the hosts, and what
// the scenario has added, in the order of adding.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/error.h>
#include <trio/resolve.h>
#include <trio/run.h>
#include <trio/time.h>

#include "sim/net/net.h"

#define LOCALHOST "localhost"

static void add(struct trio_lookup *lookup, struct trio_address address)
{
    address.port = 0;
    if (lookup->count < TRIO_RESOLVE_MAX &&
        (lookup->family == 0 || lookup->family == address.family))
        lookup->addresses[lookup->count++] = address;
}

// Drops the dot that a name may end with.
static void shorten(char *name)
{
    size_t length = strlen(name);

    if (length > 0 && name[length - 1] == '.')
        name[length - 1] = '\0';
}

// What is written as an address is never looked up as a name.
static bool is_address(const char *name)
{
    struct trio_address address;

    return trio_sim_inet_aton_(name, &address) ||
           (strchr(name, ':') != NULL &&
            name[strspn(name, "0123456789abcdef:.")] == '\0');
}

trio_status trio_sim_name_encode_(const char *name, char *ret_encoded)
{
    trio_status rc = trio_host_encode(name, ret_encoded, TRIO_HOST_SIZE);

    if (rc != TRIO_OK)
        return rc;
    if (is_address(ret_encoded))
        return trio_fail(TRIO_EINVAL, "%s is an address, not a name", name);
    shorten(ret_encoded);
    return TRIO_OK;
}

bool trio_sim_name_is_taken_(struct network *network, const char *encoded)
{
    return strcmp(encoded, LOCALHOST) == 0 ||
           trio_sim_host_named_(network, encoded) != NULL;
}

static void find_addresses(struct network *network, struct trio_lookup *lookup)
{
    const struct trio_sim_host *host =
        trio_sim_host_named_(network, lookup->host);

    struct trio_address address;

    if (trio_sim_inet_aton_(lookup->host, &address)) {
        add(lookup, address);
    } else if (strcmp(lookup->host, LOCALHOST) == 0) {
        add(lookup, trio_sim_ip_loopback_(TRIO_ADDRESS_IPV6));
        add(lookup, trio_sim_ip_loopback_(TRIO_ADDRESS_IPV4));
    } else if (host != NULL) {
        add(lookup, host->addresses[1]);
        add(lookup, host->addresses[0]);
    } else {
        for (const struct name *name = network->names; name != NULL;
             name = name->next)
            if (strcmp(lookup->host, name->text) == 0)
                add(lookup, name->address);
    }
}

// As long as a system waits for one server before it asks the next one.
#define LATE (5 * TRIO_SECOND)

trio_duration trio_sim_job_delay_(const struct trio_sim_world_ *world,
                                  const struct trio_job *job)
{
    return job->name != NULL && strcmp(job->name, "resolve") == 0 &&
                   trio_sim_strikes_(world, NULL, "answered late",
                                     world->faults.resolver)
               ? LATE
               : 0;
}

void trio_sim_lookup_addresses_(struct trio_lookup *lookup)
{
    struct network *network = trio_sim_network_make_(trio_run_world()->context);

    lookup->count = 0;
    lookup->status = TRIO_ENOMEM;
    if (network == NULL)
        return;
    lookup->status = TRIO_EUNREACHABLE;
    if (trio_sim_fails_(network->world, "resolve", true))
        return;
    shorten(lookup->host);
    find_addresses(network, lookup);
    lookup->status = lookup->count == 0 ? TRIO_ENOENT : TRIO_OK;
}

static const char *find_name(struct network *network,
                             const struct trio_address *address)
{
    const struct trio_sim_host *host;

    if (trio_sim_ip_is_loopback_(address))
        return LOCALHOST;
    host = trio_sim_host_at_(network, &network->home, address);
    if (host != NULL)
        return host->encoded;
    for (const struct name *name = network->names; name != NULL;
         name = name->next)
        if (trio_sim_ip_same_(&name->address, address))
            return name->text;
    return NULL;
}

void trio_sim_lookup_name_(struct trio_lookup *lookup)
{
    struct network *network = trio_sim_network_make_(trio_run_world()->context);
    struct trio_address address = trio_sim_ip_plain_(lookup->addresses[0]);
    const char *name = network == NULL ? NULL : find_name(network, &address);

    lookup->status = name == NULL ? TRIO_ENOENT : TRIO_OK;
    if (name != NULL)
        memcpy(lookup->host, name, strlen(name) + 1);
}
