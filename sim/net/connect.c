// Connecting sends the first packet; what comes of it is told by the answer.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include "sim/net/net.h"

enum { RETRIES = 6 };

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

static bool leads_somewhere(struct network *network, struct endpoint *endpoint,
                            const struct trio_address *target)
{
    bool group =
        endpoint->kind == KIND_DATAGRAM &&
        (trio_sim_ip_is_group_(target) || trio_sim_ip_is_broadcast_(target));

    return group || trio_sim_host_might_have_(target) ||
           trio_sim_host_at_(network, endpoint->host, target) != NULL;
}

// Fills in both ends of the way to an address.
static trio_status find_way(struct network *network, struct endpoint *endpoint,
                            const struct trio_address *address)
{
    struct trio_address target;
    trio_status rc = find_target(endpoint, address, &target);

    if (rc != TRIO_OK)
        return rc;
    if (!leads_somewhere(network, endpoint, &target))
        return TRIO_EUNREACHABLE;
    rc = choose_source(network, endpoint, &target);
    if (rc == TRIO_OK)
        endpoint->peer = trio_sim_ip_in_(endpoint->family, target);
    return rc;
}

// ---- Streams ----

static void knock(struct network *network, struct endpoint *client)
{
    struct trio_address target = trio_sim_ip_plain_(client->peer);
    struct packet packet = {
        .kind = PACKET_OPEN,
        .here = client->host,
        .there = trio_sim_host_at_(network, client->host, &target),
        .from = client,
        .target = target};

    if (packet.there == NULL)
        trio_sim_neighbour_ask_(network, client);
    else
        trio_sim_packet_send_(network, &packet);
}

static trio_status connect_stream(struct network *network,
                                  struct endpoint *endpoint,
                                  const struct trio_address *address)
{
    trio_status rc = find_way(network, endpoint, address);

    if (rc != TRIO_OK)
        return rc;
    endpoint->tried = true;
    if (trio_sim_fails_(network->world, "connect", true)) {
        trio_sim_connect_failed_(network, endpoint, TRIO_ECONNREFUSED);
        return TRIO_EWOULDBLOCK;
    }
    endpoint->state = STATE_CONNECTING;
    endpoint->begun = trio_sim_network_now_(network->world);
    endpoint->retries = 0;
    knock(network, endpoint);
    return TRIO_EWOULDBLOCK; // Though the answer may be there already.
}

static void try_again(struct alarm *alarm)
{
    struct endpoint *client =
        (struct endpoint *)((char *)alarm - offsetof(struct endpoint, alarm));

    if (client->retries == RETRIES) {
        trio_sim_connect_failed_(alarm->network, client, TRIO_EPEERTIMEDOUT);
        return;
    }
    client->retries++;
    knock(alarm->network, client);
}

// The server that there was to be never was.
static void dissolve(struct endpoint *server)
{
    if (server->listener != NULL)
        server->listener->embryos--;
    server->listener = NULL;
    server->other->other = NULL;
    server->other = NULL;
    server->dead = true; // It goes as soon as its packet has.
}

// The second attempt comes after one second, and each later one after twice as
// much as the one before.
void trio_sim_handshake_lost_(struct network *network,
                              const struct packet *packet)
{
    struct endpoint *client =
        packet->kind == PACKET_OPEN ? packet->from : packet->to;

    if (packet->kind == PACKET_ACCEPTED)
        dissolve(packet->from);
    if (client->dead)
        return;
    trio_duration since_begun = (2 << client->retries) - 1;
    trio_sim_alarm_set_(
        network, &client->alarm,
        trio_time_add(client->begun, since_begun * TRIO_SECOND), try_again,
        client->retries == RETRIES ? "connecting is given up"
                                   : "connecting is tried again",
        (uint64_t)client->retries << 16 | client->local.port);
}

void trio_sim_connect_failed_(struct network *network, struct endpoint *client,
                              trio_status rc)
{
    if (client->dead)
        return;
    client->state = STATE_FRESH;
    client->failure = rc;
    client->shut = client->ended = true; // Until it is tried again.
    if (client->lent)
        trio_sim_port_leave_(network, client);
    client->lent = false;
    trio_sim_changed_(network, client);
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
    if (trio_sim_listener_is_full_(listener))
        return TRIO_ENOBUFS;
    endpoint->peer = listener->local;
    trio_sim_admit_(network, listener, endpoint);
    return endpoint->state == STATE_CONNECTED
               ? TRIO_OK
               : trio_sim_take_failure_(endpoint);
}

// ---- Datagrams ----

trio_status trio_sim_datagram_connect_(struct network *network,
                                       struct endpoint *endpoint,
                                       const struct trio_address *address)
{
    trio_status rc = find_way(network, endpoint, address);

    if (rc == TRIO_OK)
        endpoint->state = STATE_CONNECTED;
    return rc;
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

// The first call after the answer tells of it; only then one may try anew.
static trio_status connect_again(struct endpoint *endpoint)
{
    trio_status rc = trio_sim_take_failure_(endpoint);

    endpoint->tried = false;
    if (endpoint->state == STATE_FRESH)
        endpoint->shut = endpoint->ended = false;
    return rc == TRIO_OK && endpoint->state == STATE_FRESH ? TRIO_ECONNABORTED
                                                           : rc;
}

trio_status trio_sim_connect_(void *context, trio_handle handle,
                              const struct trio_address *address)
{
    trio_sim_host_risk_(context);
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
    if (endpoint->state == STATE_CONNECTING)
        return TRIO_EWOULDBLOCK;
    if (endpoint->tried)
        return connect_again(endpoint);
    if (endpoint->state != STATE_FRESH)
        return TRIO_EINVAL;
    return local ? connect_local(network, endpoint, address)
                 : connect_stream(network, endpoint, address);
}

trio_status trio_sim_connect_result_(void *context, trio_handle handle)
{
    const struct slot *slot =
        trio_sim_handle_ours_(trio_sim_network_(context), handle);
    struct endpoint *endpoint = slot == NULL ? NULL : slot->endpoint;

    if (endpoint == NULL || endpoint->kind == KIND_PIPE)
        return TRIO_EBADHANDLE;
    if (endpoint->state == STATE_CONNECTING)
        return TRIO_EWOULDBLOCK;
    if (!endpoint->untold)
        return trio_sim_take_failure_(endpoint);
    // Who is told so takes the rest for an orderly end.
    endpoint->untold = false;
    endpoint->ended = true;
    endpoint->broken &= trio_sim_is_tcp_(endpoint);
    return TRIO_EBROKEN;
}
