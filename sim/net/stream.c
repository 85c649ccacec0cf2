// What is sent waits at its sender until the receiver has room for it. Over a
// local socket and a pipe it is in the receiver's hands at once, and the sender
// waits for room there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

enum { PIPE_ROOM = 65536, PIPE_WHOLE = 4096 };

void trio_sim_stream_join_(struct endpoint *one, struct endpoint *other)
{
    one->other = other;
    other->other = one;
    one->state = other->state = STATE_CONNECTED;
}

// ---- Room ----

static size_t less(size_t from, size_t what)
{
    return from > what ? from - what : 0;
}

static size_t room_of(const struct endpoint *endpoint)
{
    if (trio_sim_is_tcp_(endpoint))
        return less(trio_sim_send_max_(endpoint), endpoint->unsent.bytes);
    if (endpoint->kind == KIND_PIPE)
        return less(PIPE_ROOM, endpoint->other->received.bytes);
    return less(trio_sim_send_max_(endpoint), endpoint->other->received.bytes);
}

// How much room there has to be before anybody is told.
static size_t enough_of(const struct endpoint *endpoint)
{
    if (endpoint->kind == KIND_PIPE)
        return PIPE_WHOLE;
    size_t max = trio_sim_send_max_(endpoint);
    return trio_sim_is_tcp_(endpoint) ? max / 3 : max / 2;
}

// Whether sending is in vain.
static bool is_over(const struct endpoint *endpoint)
{
    return endpoint->shut || endpoint->broken ||
           (!trio_sim_is_tcp_(endpoint) && endpoint->other->dead);
}

bool trio_sim_stream_is_writable_(const struct endpoint *endpoint)
{
    switch (endpoint->state) {
    case STATE_FRESH:
        return true;
    case STATE_CONNECTED:
        break;
    default:
        return false;
    }
    if (endpoint->kind == KIND_PIPE && !endpoint->sends)
        return endpoint->other->dead;
    return is_over(endpoint) || room_of(endpoint) >= enough_of(endpoint);
}

bool trio_sim_stream_is_readable_(const struct endpoint *endpoint)
{
    switch (endpoint->state) {
    case STATE_FRESH:
        return true;
    case STATE_LISTENING:
        return endpoint->pending.count > 0;
    case STATE_CONNECTED:
        return endpoint->ended || endpoint->broken ||
               (endpoint->sends && endpoint->other->dead);
    default:
        return false;
    }
}

// ---- Sending ----

static trio_status check_send(struct network *network,
                              struct endpoint *endpoint,
                              const struct trio_message *message)
{
    if (endpoint->failure != TRIO_OK)
        return trio_sim_take_failure_(endpoint);
    if (endpoint->kind == KIND_PIPE && !endpoint->sends)
        return TRIO_EBADHANDLE;
    if (endpoint->state == STATE_CONNECTING)
        return TRIO_EWOULDBLOCK;
    if (endpoint->state != STATE_CONNECTED || is_over(endpoint)) {
        endpoint->untold &= !trio_sim_is_tcp_(endpoint);
        return TRIO_EBROKEN;
    }
    if (endpoint->family == TRIO_ADDRESS_LOCAL && message->address != NULL)
        return TRIO_EINVAL;
    return trio_sim_breaks_(network, endpoint) ? TRIO_EBROKEN : TRIO_OK;
}

// Puts a first piece with what goes with it into a queue.
static size_t enclose(struct network *network, struct queue *queue,
                      struct cursor *cursor, size_t size,
                      struct enclosure *enclosure)
{
    struct segment *segment = trio_sim_segment_new_(network, size);

    if (segment == NULL)
        return 0;
    segment->end = (uint32_t)trio_sim_cursor_read_(cursor, segment->data, size);
    segment->enclosure = enclosure;
    trio_sim_queue_push_(queue, segment);
    return segment->end;
}

static size_t send_some(struct network *network, struct endpoint *endpoint,
                        struct cursor *cursor, size_t size)
{
    bool direct = !trio_sim_is_tcp_(endpoint);
    struct queue *queue =
        direct ? &endpoint->other->received : &endpoint->unsent;
    size_t room = room_of(endpoint);
    size_t length = trio_sim_queue_append_(network, queue, cursor,
                                           size < room ? size : room);

    if (direct)
        trio_sim_changed_(network, endpoint->other);
    else
        trio_sim_push_(network, endpoint);
    return length;
}

static trio_status send_with(struct network *network, struct endpoint *endpoint,
                             const struct trio_message *message,
                             struct cursor *cursor, size_t size,
                             size_t *ret_length)
{
    struct enclosure *enclosure;
    trio_status rc = trio_sim_enclose_(network, message, &enclosure);

    if (rc != TRIO_OK || enclosure == NULL)
        return rc;
    *ret_length =
        enclose(network, &endpoint->other->received, cursor, size, enclosure);
    if (*ret_length > 0)
        return TRIO_OK;
    trio_sim_enclosure_free_(network, enclosure);
    return TRIO_ENOBUFS;
}

trio_status trio_sim_stream_send_(struct network *network,
                                  struct endpoint *endpoint,
                                  const struct trio_message *message,
                                  size_t *ret_length)
{
    size_t size = trio_sim_message_size_(message), length = 0, step = 0;
    struct cursor cursor = trio_sim_cursor_(message);
    trio_status rc = check_send(network, endpoint, message);

    if (rc != TRIO_OK)
        return rc;
    size_t room = room_of(endpoint);
    if (size > 0 && (room == 0 || (endpoint->kind == KIND_PIPE &&
                                   size <= PIPE_WHOLE && room < size)))
        return TRIO_EWOULDBLOCK;
    if (size > 0)
        rc = send_with(network, endpoint, message, &cursor,
                       size < room ? size : room, &length);
    if (rc != TRIO_OK)
        return rc;
    while (length < size && !is_over(endpoint) && room_of(endpoint) > 0) {
        step = send_some(network, endpoint, &cursor, size - length);
        if (step == 0)
            break;
        length += step;
    }
    if (size > 0 && length == 0)
        return TRIO_ENOBUFS;
    if (endpoint->family == TRIO_ADDRESS_LOCAL)
        trio_sim_changed_(network, endpoint->other);
    *ret_length = length;
    return TRIO_OK;
}

// ---- Receiving ----

static trio_status nothing_left(struct endpoint *endpoint)
{
    if (trio_sim_is_tcp_(endpoint) && endpoint->ended)
        return TRIO_EEND;
    if (endpoint->broken) {
        endpoint->untold = false;
        return endpoint->timed_out ? TRIO_EPEERTIMEDOUT : TRIO_EBROKEN;
    }
    return endpoint->ended ? TRIO_EEND : TRIO_EWOULDBLOCK;
}

static trio_status check_receive(struct network *network,
                                 struct endpoint *endpoint)
{
    if (endpoint->failure != TRIO_OK && endpoint->received.count == 0)
        return trio_sim_take_failure_(endpoint);
    if (endpoint->sends)
        return TRIO_EBADHANDLE;
    if (endpoint->state == STATE_CONNECTING)
        return TRIO_EWOULDBLOCK;
    if (endpoint->state != STATE_CONNECTED)
        return endpoint->ended ? TRIO_EEND : TRIO_EBROKEN;
    if (endpoint->received.count == 0)
        return nothing_left(endpoint);
    return trio_sim_breaks_(network, endpoint) ? TRIO_EBROKEN : TRIO_OK;
}

static void has_room(struct network *network, struct endpoint *endpoint)
{
    struct endpoint *other = endpoint->other;

    if (other->unsent.bytes > 0)
        trio_sim_push_(network, other);
    if (!other->dead)
        trio_sim_changed_(network, other);
}

trio_status trio_sim_stream_receive_(struct network *network,
                                     struct endpoint *endpoint,
                                     struct trio_message *message)
{
    struct cursor cursor = trio_sim_cursor_(message);
    struct enclosure *enclosure;
    trio_status rc = check_receive(network, endpoint);

    if (rc != TRIO_OK)
        return rc;
    message->length = trio_sim_queue_take_(network, &endpoint->received,
                                           &cursor, message->peek, &enclosure);
    if (message->address != NULL)
        *message->address = (struct trio_address){.port = 0};
    rc = trio_sim_unpack_(network, enclosure, message);
    if (enclosure != NULL && !message->peek)
        trio_sim_enclosure_free_(network, enclosure);
    if (!message->peek)
        has_room(network, endpoint);
    return rc;
}
