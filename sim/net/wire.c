// The two ends of a connection, and what goes from one to the other.
//
// The end follows the last byte. A reset overtakes all that has not arrived; it
// is what a peer gets that sends to a socket which is closed, or whose data was
// closed unread.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include "sim/net/net.h"

static bool is_near(const struct endpoint *endpoint)
{
    return trio_sim_is_near_(endpoint->host, endpoint->other->host);
}

// ---- Sending ----

static size_t room_at(const struct endpoint *other)
{
    size_t max = trio_sim_receive_max_(other);
    size_t used = other->received.bytes + other->arriving;

    return max > used ? max - used : 0;
}

static void push_near(struct network *network, struct endpoint *endpoint)
{
    struct endpoint *other = endpoint->other;

    if (other->dead)
        trio_sim_reset_arrives_(network, endpoint);
    else if (trio_sim_queue_move_(network, &endpoint->unsent, &other->received,
                                  room_at(other)) > 0)
        trio_sim_changed_(network, other);
}

static void push_far(struct network *network, struct endpoint *endpoint)
{
    struct endpoint *other = endpoint->other;
    struct queue queue = {NULL, NULL, 0, 0};
    struct segment *segment;

    trio_sim_queue_move_(network, &endpoint->unsent, &queue, room_at(other));
    while ((segment = trio_sim_queue_pop_(&queue)) != NULL) {
        other->arriving += segment->end - segment->begin;
        trio_sim_packet_send_(network, &(struct packet){.kind = PACKET_DATA,
                                                        .here = endpoint->host,
                                                        .there = other->host,
                                                        .from = endpoint,
                                                        .to = other,
                                                        .segment = segment});
    }
}

void trio_sim_push_(struct network *network, struct endpoint *endpoint)
{
    if (endpoint->unsent.bytes > 0 && is_near(endpoint))
        push_near(network, endpoint);
    else if (endpoint->unsent.bytes > 0)
        push_far(network, endpoint);
    if (!endpoint->shut || endpoint->told || endpoint->broken ||
        endpoint->unsent.bytes > 0)
        return;
    endpoint->told = true;
    trio_sim_packet_tell_(network, endpoint, PACKET_END);
}

// ---- Arriving ----

void trio_sim_data_arrives_(struct network *network,
                            const struct packet *packet)
{
    struct endpoint *endpoint = packet->to;
    struct segment *segment = packet->segment;

    endpoint->arriving -= segment->end - segment->begin;
    if (!endpoint->dead && !endpoint->broken) {
        trio_sim_queue_push_(&endpoint->received, segment);
        trio_sim_changed_(network, endpoint);
        return;
    }
    trio_sim_segment_free_(network, segment);
    if (endpoint->dead)
        trio_sim_packet_tell_(network, endpoint, PACKET_RESET);
}

void trio_sim_end_arrives_(struct network *network, struct endpoint *endpoint)
{
    endpoint->ended = true;
    trio_sim_changed_(network, endpoint);
}

void trio_sim_reset_arrives_(struct network *network, struct endpoint *endpoint)
{
    endpoint->untold |= !endpoint->broken;
    endpoint->broken = true;
    trio_sim_queue_clear_(network, &endpoint->unsent);
    trio_sim_changed_(network, endpoint);
    if (endpoint->state != STATE_EMBRYO || endpoint->dead)
        return;
    endpoint->dead = true;
    endpoint->listener->embryos--;
    endpoint->listener = NULL;
}

// The first transfers of a connection are enough: later ones are the same
// again.
bool trio_sim_breaks_(struct network *network, struct endpoint *endpoint)
{
    if (!trio_sim_is_tcp_(endpoint) || endpoint->broken ||
        endpoint->transfers == TRANSFERS_TRIED)
        return false;
    endpoint->transfers++;
    if (!trio_sim_fails_(network->world, "transfer", true))
        return false;
    trio_sim_queue_clear_(network, &endpoint->received);
    trio_sim_reset_arrives_(network, endpoint);
    trio_sim_packet_tell_(network, endpoint, PACKET_RESET);
    return true;
}

// ---- Giving up ----

// After 15 attempts, the last two minutes after the one before it.
#define PATIENCE (9246 * (TRIO_SECOND / 10))

static void give_up_sending(struct alarm *alarm)
{
    struct endpoint *endpoint =
        (struct endpoint *)((char *)alarm - offsetof(struct endpoint, alarm));
    struct network *network = alarm->network;

    trio_sim_reset_arrives_(network, endpoint);
    endpoint->untold = false;
    endpoint->timed_out = true;
    endpoint->failure = TRIO_EPEERTIMEDOUT;
    trio_sim_packet_tell_(network, endpoint, PACKET_RESET);
}

void trio_sim_unanswered_(struct network *network, struct endpoint *endpoint)
{
    trio_time now = trio_sim_network_now_(network->world);

    if (!trio_sim_is_tcp_(endpoint) || endpoint->alarm.set || endpoint->dead ||
        endpoint->broken)
        return;
    trio_sim_alarm_set_(network, &endpoint->alarm, trio_time_add(now, PATIENCE),
                        give_up_sending, "a connection is given up",
                        endpoint->local.port);
}

// ---- Ending ----

static void end_sending(struct network *network, struct endpoint *endpoint)
{
    if (endpoint->told)
        return;
    endpoint->shut = true;
    endpoint->first = !endpoint->ended;
    trio_sim_push_(network, endpoint);
}

trio_status trio_sim_stream_shut_(struct network *network,
                                  struct endpoint *endpoint)
{
    bool tcp = trio_sim_is_tcp_(endpoint);

    if (endpoint->kind == KIND_PIPE)
        return TRIO_EBADHANDLE;
    if (endpoint->state == STATE_LISTENING)
        return TRIO_OK;
    if (endpoint->state == STATE_CONNECTED && !(tcp && endpoint->broken))
        end_sending(network, endpoint);
    else if (tcp)
        endpoint->shut |= endpoint->state == STATE_FRESH; // Though refused.
    else
        endpoint->shut = true;
    trio_sim_changed_(network, endpoint);
    return tcp && (endpoint->state != STATE_CONNECTED || endpoint->broken)
               ? TRIO_EBROKEN
               : TRIO_OK;
}

static void disconnect(struct network *network, struct endpoint *endpoint)
{
    struct endpoint *other = endpoint->other;
    bool unread = endpoint->received.bytes > 0;
    bool resets = trio_sim_is_tcp_(endpoint) && (unread || endpoint->resets);

    trio_sim_queue_clear_(network, &endpoint->received);
    if (endpoint->broken || other->dead)
        trio_sim_queue_clear_(network, &endpoint->unsent);
    else if (!resets)
        end_sending(network, endpoint);
    if (resets && !endpoint->broken) {
        trio_sim_reset_arrives_(network, endpoint); // Nothing of it lingers.
        trio_sim_packet_tell_(network, endpoint, PACKET_RESET);
    }
    if (!trio_sim_is_tcp_(endpoint) && endpoint->kind == KIND_STREAM)
        other->untold = other->broken = unread;
    trio_sim_changed_(network, other);
}

// Whoever wanted to be connected no longer does.
static void give_up(struct network *network, struct endpoint *client)
{
    if (client->other != NULL)
        trio_sim_packet_tell_(network, client, PACKET_RESET);
}

void trio_sim_stream_end_(struct network *network, struct endpoint *endpoint)
{
    endpoint->dead = true;
    trio_sim_alarm_clear_(&endpoint->alarm);
    endpoint->flights++; // It stays while others are told.
    if (endpoint->state == STATE_CONNECTED)
        disconnect(network, endpoint);
    else if (endpoint->state == STATE_LISTENING)
        trio_sim_stop_listening_(network, endpoint);
    else if (endpoint->state == STATE_CONNECTING)
        give_up(network, endpoint);
    endpoint->flights--;
    trio_sim_endpoint_retire_(network, endpoint);
}
