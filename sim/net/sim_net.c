// What a scenario says about its network.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include <trio/error.h>
#include <trio/run.h>
#include <trio/task.h>

#include "sim/net/net.h"

// ---- Hosts ----

static void append(struct network *network, struct trio_sim_host *host)
{
    struct trio_sim_host *last = &network->home;

    while (last->next != NULL)
        last = last->next;
    last->next = host;
}

static trio_status check(const char *name,
                         const struct trio_sim_host_options *options)
{
    size_t length = strlen(name);

    if (length == 0 || length >= TRIO_SIM_HOST_NAME_MAX)
        return trio_fail(TRIO_EINVAL,
                         "open host \"%.20s\", a name of %zu bytes", name,
                         length);
    if (options != NULL &&
        (options->clock_ahead < -TRIO_SIM_CLOCK_AHEAD_MAX ||
         options->clock_ahead > TRIO_SIM_CLOCK_AHEAD_MAX ||
         options->clock_loss_ppm > TRIO_SIM_CLOCK_LOSS_MAX))
        return trio_fail(TRIO_EINVAL, "open host \"%s\" with such a clock",
                         name);
    return TRIO_OK;
}

static void furnish(struct trio_sim_host *host,
                    const struct trio_sim_host_options *options)
{
    if (options->handles_max != 0)
        host->open_max = options->handles_max;
    if (options->ports_max != 0 && options->ports_max < PORTS)
        host->port_count = options->ports_max;
    host->clock.shown += options->clock_ahead;
    host->clock_loss_ppm = options->clock_loss_ppm;
}

trio_status trio_sim_host_open(const char *name,
                               const struct trio_sim_host_options *options,
                               struct trio_sim_host **ret_host)
{
    struct network *network =
        trio_sim_network_of_("a host needs a simulated run");
    char encoded[TRIO_HOST_SIZE];

    trio_status rc = check(name, options);
    if (rc != TRIO_OK)
        return rc;
    if (network == NULL)
        return trio_fail(TRIO_ENOMEM, "open host \"%s\"", name);
    rc = trio_sim_name_encode_(name, encoded);
    if (rc != TRIO_OK)
        return rc;
    if (trio_sim_name_is_taken_(network, encoded))
        return trio_fail(TRIO_EEXIST, "open host \"%s\"", name);
    struct trio_sim_host *host =
        trio_sim_pool_take_(&network->pool, sizeof(*host));
    if (host == NULL)
        return trio_fail(TRIO_ENOMEM, "open host \"%s\"", name);
    trio_sim_host_begin_(host, name, encoded, ++network->host_count);
    host->clock.shown = trio_sim_network_now_(network->world);
    if (options != NULL)
        furnish(host, options);
    trio_sim_host_clock_begin_(network, host);
    append(network, host);
    network->world->has_hosts = true;
    *ret_host = host;
    return TRIO_OK;
}

struct trio_sim_host *trio_sim_host_home(void)
{
    struct network *network =
        trio_sim_network_of_("a host needs a simulated run");

    return network == NULL ? NULL : &network->home;
}

trio_status trio_sim_host_start_soon(struct trio_sim_host *host,
                                     struct trio_nursery *nursery,
                                     trio_task_fn fn, void *arg)
{
    if (!trio_in_task())
        trio_misuse("a task is started on a host by a task only", host);
    if (host->down)
        return trio_fail(TRIO_EUNREACHABLE,
                         "start a task on \"%s\", which is down", host->name);
    void *own = trio_task_swap_realm(host->is_home ? NULL : host);
    trio_status rc = trio_nursery_start_soon(nursery, fn, arg);
    trio_task_swap_realm(own);
    return rc;
}

void trio_sim_host_crash(struct trio_sim_host *host)
{
    struct network *network =
        trio_sim_network_of_("a host needs a simulated run");

    if (!trio_in_task())
        trio_misuse("a host is crashed by a task only", host);
    if (host->is_home)
        trio_misuse("the scenario's own host does not crash", host);
    if (!host->down)
        trio_sim_host_lose_power_(network, host);
}

void trio_sim_host_restart(struct trio_sim_host *host)
{
    struct network *network =
        trio_sim_network_of_("a host needs a simulated run");

    if (host->down)
        trio_sim_host_gain_power_(network, host);
}

struct trio_address trio_sim_host_address(const struct trio_sim_host *host,
                                          enum trio_address_family family,
                                          uint16_t port)
{
    if (family != TRIO_ADDRESS_IPV4 && family != TRIO_ADDRESS_IPV6)
        trio_misuse("a host has an address of IPv4 and one of IPv6 only", host);
    struct trio_address address =
        host->addresses[family == TRIO_ADDRESS_IPV6 ? 1 : 0];

    address.port = port;
    return address;
}

// ---- Names ----

trio_status trio_sim_resolver_add(const char *name,
                                  const struct trio_address *address)
{
    struct network *network =
        trio_sim_network_of_("a name needs a simulated run");
    char encoded[TRIO_HOST_SIZE];

    if (address->family != TRIO_ADDRESS_IPV4 &&
        address->family != TRIO_ADDRESS_IPV6)
        return trio_fail_bare(TRIO_EINVAL);
    trio_status rc = trio_sim_name_encode_(name, encoded);
    if (rc != TRIO_OK)
        return rc;
    struct name *known =
        network == NULL ? NULL
                        : trio_sim_pool_take_(&network->pool, sizeof(*known));
    if (known == NULL)
        return trio_fail_bare(TRIO_ENOMEM);
    known->address = *address;
    known->next = NULL;
    memcpy(known->text, encoded, strlen(encoded) + 1);
    struct name **last = &network->names;
    while (*last != NULL)
        last = &(*last)->next;
    *last = known;
    return TRIO_OK;
}
