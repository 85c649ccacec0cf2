// Bytes that were sent and not received yet, in segments. A small piece joins
// the one before, if there is room; what has an enclosure stays by itself.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <string.h>

#include "sim/net/net.h"

enum { SEGMENT_SIZES_MIN = 256, SEGMENT_SIZES_MAX = 16384 };

static size_t length_of(const struct segment *segment)
{
    return segment->end - segment->begin;
}

struct segment *trio_sim_segment_new_(struct network *network, size_t room)
{
    size_t size = SEGMENT_SIZES_MIN;

    while (size < sizeof(struct segment) + room)
        size *= 2;
    struct segment *segment = trio_sim_pool_take_(&network->pool, size);
    if (segment != NULL)
        *segment =
            (struct segment){.room = (uint32_t)(size - sizeof(*segment))};
    return segment;
}

void trio_sim_segment_free_(struct network *network, struct segment *segment)
{
    if (segment->enclosure != NULL)
        trio_sim_enclosure_free_(network, segment->enclosure);
    trio_sim_pool_give_(&network->pool, segment,
                        sizeof(*segment) + segment->room);
}

struct segment *trio_sim_segment_copy_(struct network *network,
                                       const struct segment *segment)
{
    struct segment *copy = trio_sim_segment_new_(network, segment->room);

    if (copy == NULL)
        return NULL;
    copy->enclosure =
        trio_sim_pool_take_(&network->pool, sizeof(*copy->enclosure));
    if (copy->enclosure == NULL) {
        trio_sim_segment_free_(network, copy);
        return NULL;
    }
    copy->enclosure->sender = segment->enclosure->sender;
    copy->enclosure->handle_count = 0;
    copy->begin = segment->begin;
    copy->end = segment->end;
    memcpy(copy->data, segment->data, segment->end);
    return copy;
}

void trio_sim_queue_push_(struct queue *queue, struct segment *segment)
{
    segment->next = NULL;
    if (queue->last == NULL)
        queue->first = segment;
    else
        queue->last->next = segment;
    queue->last = segment;
    queue->bytes += length_of(segment);
    queue->count++;
}

struct segment *trio_sim_queue_pop_(struct queue *queue)
{
    struct segment *segment = queue->first;

    if (segment == NULL)
        return NULL;
    queue->first = segment->next;
    if (queue->first == NULL)
        queue->last = NULL;
    queue->bytes -= length_of(segment);
    queue->count--;
    return segment;
}

void trio_sim_queue_clear_(struct network *network, struct queue *queue)
{
    struct segment *segment;

    while ((segment = trio_sim_queue_pop_(queue)) != NULL)
        trio_sim_segment_free_(network, segment);
}

// Returns the last segment, if so many bytes fit into it, or a new one; NULL if
// there is no memory.
static struct segment *last_with_room(struct network *network,
                                      struct queue *queue, size_t size)
{
    struct segment *last = queue->last;
    size_t room = SEGMENT_SIZES_MAX - sizeof(struct segment);

    if (last != NULL && last->enclosure == NULL &&
        last->room - last->end >= (size < room ? size : room))
        return last;
    last = trio_sim_segment_new_(network, size < room ? size : room);
    if (last != NULL)
        trio_sim_queue_push_(queue, last);
    return last;
}

size_t trio_sim_queue_append_(struct network *network, struct queue *queue,
                              struct cursor *cursor, size_t size)
{
    size_t length = 0;

    while (length < size) {
        struct segment *last = last_with_room(network, queue, size - length);
        if (last == NULL)
            break;
        size_t room = last->room - last->end;
        size_t step = room < size - length ? room : size - length;
        step = trio_sim_cursor_read_(cursor, last->data + last->end, step);
        last->end += (uint32_t)step;
        queue->bytes += step;
        length += step;
    }
    return length;
}

// Copies bytes of the first segment behind the last one of another queue.
static size_t copy_some(struct network *network, struct queue *from,
                        struct queue *to, size_t size)
{
    struct segment *first = from->first;
    struct trio_buffer buffer = {first->data + first->begin, size};
    struct cursor cursor = {&buffer, 1, 0};
    size_t length = trio_sim_queue_append_(network, to, &cursor, size);

    first->begin += (uint32_t)length;
    from->bytes -= length;
    return length;
}

static bool joins(const struct queue *to, const struct segment *segment)
{
    const struct segment *last = to->last;

    return last != NULL && last->enclosure == NULL &&
           segment->enclosure == NULL &&
           segment->room < SEGMENT_SIZES_MAX / 4 &&
           last->room - last->end >= length_of(segment);
}

size_t trio_sim_queue_move_(struct network *network, struct queue *from,
                            struct queue *to, size_t size)
{
    size_t moved = 0;

    while (from->first != NULL && moved < size) {
        size_t length = length_of(from->first), left = size - moved;
        if (length <= left && !joins(to, from->first)) {
            trio_sim_queue_push_(to, trio_sim_queue_pop_(from));
            moved += length;
            continue;
        }
        size_t step =
            copy_some(network, from, to, length < left ? length : left);
        if (step == 0)
            break; // There is no memory.
        moved += step;
        if (length_of(from->first) == 0)
            trio_sim_segment_free_(network, trio_sim_queue_pop_(from));
    }
    return moved;
}

size_t trio_sim_queue_take_(struct network *network, struct queue *queue,
                            struct cursor *cursor, bool peek,
                            struct enclosure **ret_enclosure)
{
    struct segment *segment = queue->first;
    size_t total = 0;

    *ret_enclosure = NULL;
    while (segment != NULL && *ret_enclosure == NULL) {
        struct segment *next = segment->next;
        size_t length = length_of(segment);
        size_t step = trio_sim_cursor_write_(
            cursor, segment->data + segment->begin, length);
        total += step;
        if (step > 0)
            *ret_enclosure = segment->enclosure;
        if (!peek) {
            segment->begin += (uint32_t)step;
            queue->bytes -= step;
            if (step > 0)
                segment->enclosure = NULL;
            if (step == length)
                trio_sim_segment_free_(network, trio_sim_queue_pop_(queue));
        }
        if (step < length)
            break;
        segment = next;
    }
    return total;
}
