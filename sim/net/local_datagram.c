// Datagrams over local sockets are never lost: who sends waits while the queue
// of the receiver is full.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

// The overhead is what the system counts for each besides its data.
enum { QUEUE_MAX = 11, OVERHEAD = 768, SIZE_SPARE = 32 };

static size_t used_of(const struct endpoint *endpoint)
{
    return endpoint->received.bytes + endpoint->received.count * OVERHEAD;
}

// Two that are connected with each other have the sender's buffer; others stand
// in one queue.
static bool is_full(const struct endpoint *from, const struct endpoint *to)
{
    if (to->other != from)
        return to->received.count >= QUEUE_MAX;
    return used_of(to) >= 2 * trio_sim_send_max_(from);
}

bool trio_sim_local_is_writable_(const struct endpoint *endpoint)
{
    const struct endpoint *other = endpoint->other;

    if (other == NULL || endpoint->shut)
        return true;
    if (other->other != endpoint)
        return !is_full(endpoint, other);
    return used_of(other) <= trio_sim_send_max_(endpoint) / 2;
}

static trio_status find_target(struct network *network,
                               struct endpoint *endpoint,
                               const struct trio_address *address,
                               struct endpoint **ret_target)
{
    if (address != NULL) {
        if (address->family != TRIO_ADDRESS_LOCAL)
            return TRIO_EINVAL;
        trio_status rc =
            trio_sim_path_find_(endpoint->host, address, ret_target);
        if (rc == TRIO_OK && (*ret_target)->kind != KIND_DATAGRAM)
            rc = TRIO_ENOTSUP;
        return rc;
    }
    if (endpoint->dropped) {
        endpoint->dropped = false;
        endpoint->state = STATE_FRESH;
        trio_sim_queue_clear_(network, &endpoint->received);
        return TRIO_ECONNREFUSED;
    }
    *ret_target = endpoint->other;
    return endpoint->other == NULL ? TRIO_EBROKEN : TRIO_OK;
}

trio_status trio_sim_local_send_(struct network *network,
                                 struct endpoint *endpoint,
                                 const struct trio_message *message,
                                 size_t *ret_length)
{
    size_t size = trio_sim_message_size_(message);
    struct endpoint *target;
    struct segment *segment;
    struct trio_address sender = endpoint->local;

    if (endpoint->shut)
        return TRIO_EBROKEN;
    if (size + SIZE_SPARE > 2 * trio_sim_send_max_(endpoint))
        return TRIO_EMSGSIZE;
    trio_status rc = find_target(network, endpoint, message->address, &target);
    if (rc != TRIO_OK)
        return rc;
    if (target->other != NULL && target->other != endpoint)
        return TRIO_EACCES;
    if (is_full(endpoint, target) && target != endpoint)
        return message->address == NULL ? TRIO_EWOULDBLOCK : TRIO_ENOBUFS;
    if (endpoint->path == NULL)
        sender = (struct trio_address){.port = 0}; // It has no name.
    rc = trio_sim_datagram_make_(network, message, &sender, &segment);
    if (rc != TRIO_OK)
        return rc;
    trio_sim_queue_push_(&target->received, segment);
    trio_sim_changed_(network, target);
    *ret_length = size;
    return TRIO_OK;
}

void trio_sim_local_received_(struct network *network,
                              struct endpoint *endpoint)
{
    if (endpoint->other != NULL)
        trio_sim_changed_(network, endpoint->other);
    if (endpoint->received.count != QUEUE_MAX - 1)
        return; // For all others there was room before.
    for (struct endpoint *one = network->endpoints; one != NULL;
         one = one->next)
        if (one->other == endpoint)
            trio_sim_changed_(network, one);
}

void trio_sim_local_end_(struct network *network, struct endpoint *endpoint)
{
    for (struct endpoint *one = network->endpoints; one != NULL;
         one = one->next) {
        if (one->other != endpoint || one == endpoint)
            continue;
        one->other = NULL;
        one->dropped = true;
        trio_sim_changed_(network, one);
    }
}
