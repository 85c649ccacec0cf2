// Binding, listening and accepting.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

enum { BACKLOG_MAX = 4096 };

static struct endpoint *find_socket(void *context, trio_handle handle)
{
    const struct slot *slot =
        trio_sim_handle_ours_(trio_sim_network_(context), handle);

    return slot == NULL || slot->endpoint->kind == KIND_PIPE ? NULL
                                                             : slot->endpoint;
}

// ---- Binding ----

trio_status trio_sim_bind_(void *context, trio_handle handle,
                           const struct trio_address *address)
{
    struct network *network = trio_sim_network_(context);
    struct endpoint *endpoint = find_socket(context, handle);

    if (endpoint == NULL)
        return TRIO_EBADHANDLE;
    if (address->family != endpoint->family || endpoint->binding != NULL ||
        endpoint->path != NULL)
        return TRIO_EINVAL;
    if (endpoint->family == TRIO_ADDRESS_LOCAL)
        return trio_sim_path_bind_(network, endpoint, address);
    if (endpoint->state != STATE_FRESH)
        return TRIO_EINVAL;
    if (!trio_sim_ip_is_any_(address) &&
        !trio_sim_host_has_(endpoint->host, address) &&
        !(endpoint->kind == KIND_DATAGRAM && trio_sim_ip_is_group_(address)))
        return TRIO_EADDRNOTAVAIL;
    return trio_sim_port_bind_(network, endpoint, address);
}

// ---- Listening ----

static trio_status check_listen(struct network *network,
                                struct endpoint *endpoint)
{
    if (endpoint->kind != KIND_STREAM)
        return TRIO_ENOTSUP;
    if (endpoint->state == STATE_LISTENING)
        return TRIO_OK;
    if (endpoint->state != STATE_FRESH || endpoint->tried)
        return TRIO_EINVAL;
    if (endpoint->family == TRIO_ADDRESS_LOCAL)
        return endpoint->path == NULL ? TRIO_EINVAL : TRIO_OK;
    if (endpoint->binding == NULL)
        return trio_sim_port_bind_any_(network, endpoint,
                                       trio_sim_ip_any_(endpoint->family));
    return trio_sim_port_may_listen_(endpoint) ? TRIO_OK : TRIO_EADDRINUSE;
}

trio_status trio_sim_listen_(void *context, trio_handle handle, int backlog)
{
    struct endpoint *endpoint = find_socket(context, handle);

    if (endpoint == NULL)
        return TRIO_EBADHANDLE;
    trio_status rc = check_listen(trio_sim_network_(context), endpoint);
    if (rc != TRIO_OK)
        return rc;
    endpoint->state = STATE_LISTENING;
    endpoint->backlog =
        backlog < 0 || backlog > BACKLOG_MAX ? BACKLOG_MAX : (size_t)backlog;
    return TRIO_OK;
}

trio_status trio_sim_accept_(void *context, trio_handle handle,
                             trio_handle *ret_handle,
                             struct trio_address *ret_peer)
{
    trio_sim_host_risk_(context);
    struct network *network = trio_sim_network_(context);
    struct endpoint *listener = find_socket(context, handle);

    if (listener == NULL)
        return TRIO_EBADHANDLE;
    if (listener->kind != KIND_STREAM)
        return TRIO_EINVAL;
    trio_sim_used_(network, listener);
    trio_status rc = trio_sim_handle_room_(listener->host, 1);
    if (rc == TRIO_OK && listener->state != STATE_LISTENING)
        rc = TRIO_EINVAL;
    if (rc == TRIO_OK && listener->pending.count == 0)
        rc = TRIO_EWOULDBLOCK;
    if (rc == TRIO_OK && trio_sim_fails_(context, "accept", true))
        rc = TRIO_EMFILE;
    if (rc == TRIO_OK)
        rc = trio_sim_handle_open_(network, listener->pending.first, true,
                                   ret_handle);
    if (rc != TRIO_OK)
        return rc;
    *ret_peer = trio_sim_line_take_(&listener->pending)->peer;
    return TRIO_OK;
}
