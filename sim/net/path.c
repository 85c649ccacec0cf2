// The names of local sockets on a host. A path stays when its socket is closed,
// until it is removed; a name that is no path goes with its socket. Every
// folder exists, and there are no other files.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

static bool is_path(const struct trio_address *address)
{
    return address->length > 0 && address->bytes[0] != 0;
}

static struct path **find(struct trio_sim_host *host,
                          const struct trio_address *name)
{
    struct path **link = &host->paths;

    while (*link != NULL && !trio_address_equal(&(*link)->name, name))
        link = &(*link)->next;
    return link;
}

// A zero byte and five digits, the first that are free.
static struct trio_address choose_name(struct trio_sim_host *host)
{
    static const char digits[] = "0123456789abcdef";
    struct trio_address name = {.family = TRIO_ADDRESS_LOCAL, .length = 6};
    uint64_t number = host->path_ids;

    do {
        number++;
        for (int i = 0; i < 5; i++)
            name.bytes[5 - i] = (uint8_t)digits[number >> 4 * i & 15];
    } while (*find(host, &name) != NULL);
    return name;
}

trio_status trio_sim_path_bind_(struct network *network,
                                struct endpoint *endpoint,
                                const struct trio_address *address)
{
    struct trio_sim_host *host = endpoint->host;
    struct trio_address name =
        address->length == 0 ? choose_name(host) : *address;

    if (*find(host, &name) != NULL)
        return TRIO_EADDRINUSE;
    struct path *path = trio_sim_pool_take_(&network->pool, sizeof(*path));
    if (path == NULL)
        return TRIO_ENOMEM;
    *path = (struct path){.next = host->paths,
                          .owner = endpoint,
                          .id = ++host->path_ids,
                          .name = name};
    host->paths = path;
    endpoint->path = path;
    endpoint->local = name;
    return TRIO_OK;
}

static void remove_path(struct network *network, struct path **link)
{
    struct path *path = *link;

    *link = path->next;
    if (path->owner != NULL)
        path->owner->path = NULL;
    trio_sim_pool_give_(&network->pool, path, sizeof(*path));
}

void trio_sim_path_leave_(struct network *network, struct endpoint *endpoint)
{
    struct path *path = endpoint->path;

    if (path == NULL)
        return;
    endpoint->path = NULL;
    path->owner = NULL;
    if (!is_path(&path->name))
        remove_path(network, find(endpoint->host, &path->name));
}

trio_status trio_sim_path_find_(struct trio_sim_host *host,
                                const struct trio_address *address,
                                struct endpoint **ret_endpoint)
{
    const struct path *path = *find(host, address);

    if (address->length == 0)
        return TRIO_EINVAL;
    if (path == NULL)
        return is_path(address) ? TRIO_ENOENT : TRIO_ECONNREFUSED;
    if (path->owner == NULL)
        return TRIO_ECONNREFUSED;
    *ret_endpoint = path->owner;
    return TRIO_OK;
}

trio_status trio_sim_path_id_(void *context, const struct trio_address *address,
                              uint64_t *ret_id)
{
    struct network *network = trio_sim_network_(context);
    const struct path *path;

    if (network == NULL || !is_path(address))
        return TRIO_ENOENT;
    path = *find(trio_sim_host_here_(network), address);
    if (path == NULL)
        return TRIO_ENOENT;
    *ret_id = path->id;
    return TRIO_OK;
}

trio_status trio_sim_path_remove_(void *context,
                                  const struct trio_address *address)
{
    struct network *network = trio_sim_network_(context);
    struct path **link;

    if (network == NULL || !is_path(address))
        return TRIO_ENOENT;
    link = find(trio_sim_host_here_(network), address);
    if (*link == NULL)
        return TRIO_ENOENT;
    remove_path(network, link);
    return TRIO_OK;
}
