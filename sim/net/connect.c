// A connection is made when the listener has room for it. Whoever comes to one
// that has none waits, as if its first segment were sent again and again.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

// Fills in where a socket is, as seen from there.
static struct trio_address source_for(const struct endpoint *endpoint,
                                      const struct trio_address *target)
{
    struct trio_address source = *target;

    if (!trio_sim_host_has_(endpoint->host, target))
        source = endpoint->host->addresses[target->family == TRIO_ADDRESS_IPV6];
    source.port = endpoint->local.port;
    return trio_sim_ip_in_(endpoint->family, source);
}

static trio_status choose_source(struct network *network,
                                 struct endpoint *endpoint,
                                 const struct trio_address *target)
{
    struct trio_address source = source_for(endpoint, target);

    if (endpoint->binding != NULL) {
        if (trio_sim_ip_is_any_(&endpoint->local))
            endpoint->local = source;
        return TRIO_OK;
    }
    trio_status rc = trio_sim_port_bind_any_(network, endpoint, source);
    return rc == TRIO_EADDRINUSE ? TRIO_EADDRNOTAVAIL : rc;
}

// Where an address leads to, without its being written as another one.
static trio_status find_target(const struct endpoint *endpoint,
                               const struct trio_address *address,
                               struct trio_address *ret_target)
{
    struct trio_address target = trio_sim_ip_plain_(*address);

    if (address->family != endpoint->family)
        return TRIO_ENOTSUP;
    if (target.family != endpoint->family &&
        endpoint->options[TRIO_SOCKET_V6_ONLY] != 0)
        return TRIO_EUNREACHABLE;
    if (trio_sim_ip_is_any_(&target)) {
        target = trio_sim_ip_loopback_(target.family);
        target.port = address->port;
    }
    *ret_target = target;
    return TRIO_OK;
}

// ---- Streams ----

static trio_status connect_stream(struct network *network,
                                  struct endpoint *endpoint,
                                  const struct trio_address *address)
{
    struct trio_address target;
    trio_status rc = find_target(endpoint, address, &target);

    if (rc != TRIO_OK)
        return rc;
    struct host *host = trio_sim_host_at_(network, endpoint->host, &target);
    if (host == NULL)
        return TRIO_EUNREACHABLE;
    rc = choose_source(network, endpoint, &target);
    if (rc != TRIO_OK)
        return rc;
    endpoint->peer = trio_sim_ip_in_(endpoint->family, target);
    struct endpoint *listener = trio_sim_port_listener_(host, &target);
    if (listener == NULL) {
        endpoint->failure = TRIO_ECONNREFUSED;
        return TRIO_EWOULDBLOCK; // The answer is there already.
    }
    if (listener->pending.count > listener->backlog) {
        endpoint->state = STATE_CONNECTING;
        endpoint->listener = listener;
        trio_sim_line_add_(&listener->knocking, endpoint);
        return TRIO_EWOULDBLOCK;
    }
    return trio_sim_admit_(network, listener, endpoint) ? TRIO_EWOULDBLOCK
                                                        : TRIO_ENOMEM;
}

static trio_status connect_local(struct network *network,
                                 struct endpoint *endpoint,
                                 const struct trio_address *address)
{
    struct endpoint *listener;
    trio_status rc = trio_sim_path_find_(endpoint->host, address, &listener);

    if (rc != TRIO_OK)
        return rc;
    if (listener->kind != KIND_STREAM)
        return TRIO_ENOTSUP;
    if (listener->state != STATE_LISTENING)
        return TRIO_ECONNREFUSED;
    if (listener->pending.count > listener->backlog)
        return TRIO_ENOBUFS;
    endpoint->peer = listener->local;
    return trio_sim_admit_(network, listener, endpoint) ? TRIO_OK : TRIO_ENOMEM;
}

bool trio_sim_admit_(struct network *network, struct endpoint *listener,
                     struct endpoint *client)
{
    struct endpoint *server = trio_sim_endpoint_new_(
        network, listener->host, KIND_STREAM, listener->family);

    if (server == NULL)
        return false;
    memcpy(server->options, listener->options, sizeof(server->options));
    if (trio_sim_is_tcp_(server)) {
        server->local =
            trio_sim_ip_in_(listener->family, trio_sim_ip_plain_(client->peer));
        server->peer = trio_sim_ip_in_(listener->family,
                                       trio_sim_ip_plain_(client->local));
        if (trio_sim_port_share_(network, server) != TRIO_OK) {
            trio_sim_endpoint_free_(network, server);
            return false;
        }
    } else {
        server->local = listener->local;
        server->peer = client->local;
    }
    trio_sim_stream_join_(server, client);
    trio_sim_line_add_(&listener->pending, server);
    trio_sim_changed_(network, listener);
    trio_sim_changed_(network, client);
    return true;
}

// ---- Datagrams ----

trio_status trio_sim_datagram_connect_(struct network *network,
                                       struct endpoint *endpoint,
                                       const struct trio_address *address)
{
    struct trio_address target;
    trio_status rc = find_target(endpoint, address, &target);

    if (rc != TRIO_OK)
        return rc;
    if (trio_sim_host_at_(network, endpoint->host, &target) == NULL &&
        !trio_sim_ip_is_group_(&target))
        return TRIO_EUNREACHABLE;
    rc = choose_source(network, endpoint, &target);
    if (rc != TRIO_OK)
        return rc;
    endpoint->peer = trio_sim_ip_in_(endpoint->family, target);
    endpoint->state = STATE_CONNECTED;
    return TRIO_OK;
}

static trio_status connect_local_datagram(struct endpoint *endpoint,
                                          const struct trio_address *address)
{
    struct endpoint *other;
    trio_status rc = trio_sim_path_find_(endpoint->host, address, &other);

    if (rc != TRIO_OK)
        return rc;
    if (other->kind != KIND_DATAGRAM)
        return TRIO_ENOTSUP;
    if (other->other != NULL && other->other != endpoint)
        return TRIO_EACCES;
    endpoint->other = other;
    endpoint->dropped = false;
    endpoint->peer = other->local;
    endpoint->state = STATE_CONNECTED;
    return TRIO_OK;
}

// ---- The seam ----

trio_status trio_sim_connect_(void *context, trio_handle handle,
                              const struct trio_address *address)
{
    struct network *network = trio_sim_network_(context);
    const struct slot *slot = trio_sim_handle_ours_(network, handle);
    struct endpoint *endpoint = slot == NULL ? NULL : slot->endpoint;
    bool local;

    if (endpoint == NULL || endpoint->kind == KIND_PIPE)
        return TRIO_EBADHANDLE;
    local = endpoint->family == TRIO_ADDRESS_LOCAL;
    if (local && address->family != TRIO_ADDRESS_LOCAL)
        return TRIO_EINVAL;
    if (endpoint->kind == KIND_DATAGRAM)
        return local ? connect_local_datagram(endpoint, address)
                     : trio_sim_datagram_connect_(network, endpoint, address);
    if (endpoint->failure != TRIO_OK)
        return trio_sim_take_failure_(endpoint);
    if (endpoint->state == STATE_CONNECTING)
        return TRIO_EWOULDBLOCK;
    if (endpoint->state != STATE_FRESH)
        return TRIO_EINVAL;
    return local ? connect_local(network, endpoint, address)
                 : connect_stream(network, endpoint, address);
}

trio_status trio_sim_connect_result_(void *context, trio_handle handle)
{
    const struct slot *slot =
        trio_sim_handle_ours_(trio_sim_network_(context), handle);

    if (slot == NULL || slot->endpoint->kind == KIND_PIPE)
        return TRIO_EBADHANDLE;
    return trio_sim_take_failure_(slot->endpoint);
}
