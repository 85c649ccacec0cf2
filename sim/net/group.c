// Multicast groups that a socket is in. There is one interface, number 1.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

static struct trio_address *find(const struct endpoint *endpoint,
                                 const struct trio_address *group)
{
    for (size_t i = 0; endpoint->groups != NULL && i < GROUPS_MAX; i++)
        if (endpoint->groups[i].family == group->family &&
            (group->family == 0 ||
             trio_sim_ip_same_(&endpoint->groups[i], group)))
            return &endpoint->groups[i];
    return NULL;
}

bool trio_sim_is_member_(const struct endpoint *endpoint,
                         const struct trio_address *group)
{
    return find(endpoint, group) != NULL;
}

static trio_status join(struct network *network, struct endpoint *endpoint,
                        const struct trio_address *group)
{
    static const struct trio_address none = {.port = 0};

    if (endpoint->groups == NULL) {
        size_t size = GROUPS_MAX * sizeof(*group);
        endpoint->groups = trio_sim_pool_take_(&network->pool, size);
        if (endpoint->groups == NULL)
            return TRIO_ENOMEM;
        memset(endpoint->groups, 0, size);
    }
    struct trio_address *place = find(endpoint, &none);
    if (place == NULL)
        return TRIO_ENOBUFS;
    *place = *group;
    return TRIO_OK;
}

trio_status trio_sim_set_member_(void *context, trio_handle handle,
                                 const struct trio_address *group,
                                 uint32_t interface_number, bool member)
{
    struct network *network = trio_sim_network_(context);
    const struct slot *slot = trio_sim_handle_ours_(network, handle);

    if (slot == NULL || slot->endpoint->kind == KIND_PIPE)
        return TRIO_EBADHANDLE;
    struct endpoint *endpoint = slot->endpoint;
    if (endpoint->kind != KIND_DATAGRAM ||
        endpoint->family == TRIO_ADDRESS_LOCAL)
        return TRIO_ENOTSUP;
    if (group->family != endpoint->family || !trio_sim_ip_is_group_(group))
        return TRIO_EINVAL;
    if (interface_number > 1)
        return TRIO_ENOENT;
    struct trio_address *place = find(endpoint, group);
    if (member)
        return place != NULL ? TRIO_EADDRINUSE : join(network, endpoint, group);
    if (place == NULL)
        return TRIO_EADDRNOTAVAIL;
    *place = (struct trio_address){.port = 0};
    return TRIO_OK;
}
