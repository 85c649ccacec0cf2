// A datagram comes to whoever has its port, if there is room; otherwise it is
// lost without a word. Only who is connected learns that nobody is there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

// What the system counts for each besides its data.
enum { OVERHEAD = 256, MAX_IPV4 = 65507, MAX_IPV6 = 65527 };

// ---- Making and taking ----

trio_status trio_sim_datagram_make_(struct network *network,
                                    const struct trio_message *message,
                                    const struct trio_address *sender,
                                    struct segment **ret_segment)
{
    size_t size = trio_sim_message_size_(message);
    struct cursor cursor = trio_sim_cursor_(message);
    struct segment *segment = trio_sim_segment_new_(network, size);
    struct enclosure *enclosure = NULL;

    if (segment == NULL)
        return TRIO_ENOBUFS;
    trio_status rc = trio_sim_enclose_(network, message, &enclosure);
    if (rc == TRIO_OK && enclosure == NULL) {
        enclosure = trio_sim_pool_take_(&network->pool, sizeof(*enclosure));
        rc = enclosure == NULL ? TRIO_ENOBUFS : TRIO_OK;
        if (rc == TRIO_OK)
            enclosure->handle_count = 0;
    }
    segment->enclosure = enclosure;
    if (rc != TRIO_OK) {
        trio_sim_segment_free_(network, segment);
        return rc;
    }
    enclosure->sender = *sender;
    segment->end =
        (uint32_t)trio_sim_cursor_read_(&cursor, segment->data, size);
    *ret_segment = segment;
    return TRIO_OK;
}

trio_status trio_sim_datagram_receive_(struct network *network,
                                       struct endpoint *endpoint,
                                       struct trio_message *message)
{
    struct segment *segment = endpoint->received.first;
    struct cursor cursor = trio_sim_cursor_(message);

    if (endpoint->failure != TRIO_OK)
        return trio_sim_take_failure_(endpoint);
    if (segment == NULL)
        return TRIO_EWOULDBLOCK;
    size_t size = segment->end;
    size_t length = trio_sim_cursor_write_(&cursor, segment->data, size);
    message->length = size;
    if (message->address != NULL)
        *message->address = segment->enclosure->sender;
    trio_status rc = trio_sim_unpack_(network, segment->enclosure, message);
    if (!message->peek) {
        trio_sim_queue_pop_(&endpoint->received);
        trio_sim_segment_free_(network, segment);
        if (endpoint->family == TRIO_ADDRESS_LOCAL)
            trio_sim_local_received_(network, endpoint);
    }
    return length < size ? TRIO_ETRUNCATED : rc;
}

// ---- Sending ----

static bool has_room(const struct endpoint *endpoint, size_t size)
{
    const struct queue *queue = &endpoint->received;

    return queue->bytes + size + (queue->count + 1) * OVERHEAD <=
           trio_sim_receive_max_(endpoint);
}

static void put_in(struct network *network, struct endpoint *target,
                   struct segment *segment)
{
    struct trio_address *sender = &segment->enclosure->sender;

    if (!has_room(target, segment->end)) {
        trio_sim_segment_free_(network, segment); // It is lost.
        return;
    }
    *sender = trio_sim_ip_in_(target->family, *sender);
    trio_sim_queue_push_(&target->received, segment);
    trio_sim_changed_(network, target);
}

void trio_sim_datagram_arrives_(struct network *network,
                                const struct packet *packet)
{
    const struct trio_address *sender = &packet->segment->enclosure->sender;
    struct endpoint *target =
        trio_sim_port_datagram_(packet->there, &packet->target, sender);

    if (target != NULL) {
        put_in(network, target, packet->segment);
        return;
    }
    trio_sim_segment_free_(network, packet->segment);
    trio_sim_packet_send_(network, &(struct packet){.kind = PACKET_NOBODY,
                                                    .here = packet->there,
                                                    .there = packet->here,
                                                    .to = packet->from});
}

// Everybody on the host who has the port gets it.
static trio_status deliver_to_all(struct network *network,
                                  const struct endpoint *endpoint,
                                  const struct trio_address *target,
                                  const struct trio_message *message,
                                  struct trio_address sender)
{
    bool group = trio_sim_ip_is_group_(target);
    struct segment *segment;
    trio_status rc = TRIO_OK;

    if (group && endpoint->options[TRIO_SOCKET_MULTICAST_LOOP] == 0)
        return TRIO_OK;
    for (struct endpoint *one = network->endpoints;
         one != NULL && rc == TRIO_OK; one = one->next) {
        if (one->kind != KIND_DATAGRAM || one->host != endpoint->host ||
            one->binding == NULL ||
            one->binding->address.port != target->port ||
            (group && !trio_sim_is_member_(one, target)))
            continue;
        rc = trio_sim_datagram_make_(network, message, &sender, &segment);
        if (rc == TRIO_OK)
            put_in(network, one, segment);
    }
    return rc;
}

static trio_status check_send(struct endpoint *endpoint,
                              const struct trio_message *message)
{
    size_t size = trio_sim_message_size_(message);

    if (endpoint->failure != TRIO_OK)
        return trio_sim_take_failure_(endpoint);
    if (endpoint->shut ||
        (message->address == NULL && endpoint->state != STATE_CONNECTED))
        return TRIO_EBROKEN;
    if (size > (endpoint->family == TRIO_ADDRESS_IPV4 ? MAX_IPV4 : MAX_IPV6) ||
        size > trio_sim_send_max_(endpoint))
        return TRIO_EMSGSIZE;
    if (message->address == NULL)
        return TRIO_OK;
    if (message->address->family != endpoint->family)
        return TRIO_ENOTSUP;
    return message->address->port == 0 ? TRIO_EINVAL : TRIO_OK;
}

// Where a datagram comes from that goes there.
static struct trio_address sender_of(const struct endpoint *endpoint,
                                     const struct trio_address *target)
{
    const struct trio_sim_host *host = endpoint->host;
    struct trio_address sender = trio_sim_ip_plain_(endpoint->local);

    if (!trio_sim_ip_is_any_(&sender))
        return sender;
    sender = trio_sim_host_has_(host, target)
                 ? *target
                 : host->addresses[target->family == TRIO_ADDRESS_IPV6];
    sender.port = endpoint->local.port;
    return sender;
}

// Only who is connected is told.
static trio_status send_to_nobody(struct network *network,
                                  struct endpoint *endpoint,
                                  const struct trio_address *target)
{
    if (!trio_sim_host_might_have_(target))
        return TRIO_EUNREACHABLE;
    if (endpoint->state == STATE_CONNECTED)
        trio_sim_neighbour_ask_(network, endpoint);
    return TRIO_OK;
}

static trio_status send_to(struct network *network, struct endpoint *endpoint,
                           const struct trio_address *target,
                           const struct trio_message *message)
{
    struct trio_address sender = sender_of(endpoint, target);
    struct packet packet = {.kind = PACKET_DATAGRAM,
                            .here = endpoint->host,
                            .from = endpoint,
                            .target = *target};

    if (trio_sim_ip_is_broadcast_(target) &&
        endpoint->options[TRIO_SOCKET_BROADCAST] == 0)
        return TRIO_EACCES;
    if (trio_sim_ip_is_broadcast_(target) || trio_sim_ip_is_group_(target))
        return deliver_to_all(network, endpoint, target, message, sender);
    packet.there = trio_sim_host_at_(network, endpoint->host, target);
    if (packet.there == NULL)
        return send_to_nobody(network, endpoint, target);
    trio_status rc =
        trio_sim_datagram_make_(network, message, &sender, &packet.segment);
    if (rc == TRIO_OK)
        trio_sim_packet_send_(network, &packet);
    return rc;
}

trio_status trio_sim_datagram_send_(struct network *network,
                                    struct endpoint *endpoint,
                                    const struct trio_message *message,
                                    size_t *ret_length)
{
    trio_status rc = TRIO_OK;

    // It has a port from then on, whatever comes of the rest.
    if (endpoint->binding == NULL)
        rc = trio_sim_port_bind_any_(network, endpoint,
                                     trio_sim_ip_any_(endpoint->family));
    if (rc == TRIO_OK)
        rc = check_send(endpoint, message);
    if (rc != TRIO_OK)
        return rc;
    struct trio_address target = trio_sim_ip_plain_(
        message->address == NULL ? endpoint->peer : *message->address);
    if (trio_sim_ip_is_any_(&target)) {
        uint16_t port = target.port;
        target = trio_sim_ip_loopback_(target.family);
        target.port = port;
    }
    rc = send_to(network, endpoint, &target, message);
    if (rc == TRIO_OK)
        *ret_length = trio_sim_message_size_(message);
    return rc;
}

void trio_sim_datagram_end_(struct network *network, struct endpoint *endpoint)
{
    if (endpoint->family == TRIO_ADDRESS_LOCAL)
        trio_sim_local_end_(network, endpoint);
    trio_sim_alarm_clear_(&endpoint->alarm);
    trio_sim_port_leave_(network, endpoint);
    endpoint->dead = true;
    trio_sim_endpoint_retire_(network, endpoint);
}
