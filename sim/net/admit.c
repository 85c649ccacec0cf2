// A listener keeps who is connected until it is accepted, one more than its
// backlog as the system does. Whoever comes when there is no room is not heard,
// and tries again.
//
// Who is let in begins as an embryo: it is there to be accepted once its client
// is known to know of it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

bool trio_sim_listener_is_full_(const struct endpoint *listener)
{
    return listener->pending.count + listener->embryos > listener->backlog;
}

// ---- Letting in ----

static void refuse(struct network *network, struct trio_sim_host *here,
                   struct endpoint *client)
{
    trio_sim_packet_send_(network, &(struct packet){.kind = PACKET_REFUSED,
                                                    .here = here,
                                                    .there = client->host,
                                                    .to = client});
}

static bool name_both(struct network *network, struct endpoint *server,
                      const struct endpoint *listener,
                      const struct endpoint *client)
{
    if (!trio_sim_is_tcp_(server)) {
        server->local = listener->local;
        server->peer = client->local;
        return true;
    }
    server->local =
        trio_sim_ip_in_(server->family, trio_sim_ip_plain_(client->peer));
    server->peer =
        trio_sim_ip_in_(server->family, trio_sim_ip_plain_(client->local));
    return trio_sim_port_share_(network, server) == TRIO_OK;
}

void trio_sim_admit_(struct network *network, struct endpoint *listener,
                     struct endpoint *client)
{
    struct endpoint *server = trio_sim_endpoint_new_(
        network, listener->host, KIND_STREAM, listener->family);

    if (server == NULL) {
        refuse(network, listener->host, client);
        return;
    }
    memcpy(server->options, listener->options, sizeof(server->options));
    if (!name_both(network, server, listener, client)) {
        trio_sim_endpoint_free_(network, server);
        refuse(network, listener->host, client);
        return;
    }
    server->other = client;
    client->other = server;
    server->state = STATE_EMBRYO;
    server->listener = listener;
    listener->embryos++;
    trio_sim_packet_tell_(network, server, PACKET_ACCEPTED);
}

void trio_sim_established_(struct network *network, struct endpoint *server)
{
    struct endpoint *listener = server->listener;

    if (server->dead)
        return;
    listener->embryos--;
    server->listener = NULL;
    server->state = STATE_CONNECTED;
    trio_sim_line_add_(&listener->pending, server);
    trio_sim_changed_(network, listener);
}

void trio_sim_open_arrives_(struct network *network,
                            const struct packet *packet)
{
    struct endpoint *client = packet->from;
    struct endpoint *listener =
        trio_sim_port_listener_(packet->there, &packet->target);

    if (client->dead)
        return;
    if (listener == NULL) {
        refuse(network, packet->there, client);
    } else if (trio_sim_listener_is_full_(listener)) {
        trio_sim_handshake_lost_(network, packet);
    } else {
        trio_sim_admit_(network, listener, client);
    }
}

// ---- Nobody is let in any more ----

static void drop_embryos(struct network *network,
                         const struct endpoint *listener)
{
    struct endpoint *next;

    for (struct endpoint *one = network->endpoints; one != NULL; one = next) {
        next = one->next;
        if (one->state != STATE_EMBRYO || one->listener != listener)
            continue;
        one->dead = true;
        one->listener = NULL;
        trio_sim_packet_tell_(network, one, PACKET_RESET);
    }
}

void trio_sim_stop_listening_(struct network *network,
                              struct endpoint *listener)
{
    struct endpoint *endpoint;

    while ((endpoint = trio_sim_line_take_(&listener->pending)) != NULL) {
        endpoint->resets = true;
        trio_sim_stream_end_(network, endpoint);
    }
    if (listener->embryos > 0)
        drop_embryos(network, listener);
}
