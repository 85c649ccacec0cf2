// Memory of the network, and bytes on their way through it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_NET_QUEUE_H
#define TRIO_SIM_NET_QUEUE_H

#include <trio/backend.h>

struct endpoint;
struct network;

// ---- pool.c: memory ----

enum { POOL_CLASSES = 16 };

struct pool {
    struct trio_memory base; // Where chunks come from.
    struct pool_chunk *chunks;
    struct pool_chunk *chunk; // In use; those before it are full.
    void *free[POOL_CLASSES]; // By the size's logarithm.
};

// Returns NULL if there is no memory.
void *trio_sim_pool_take_(struct pool *pool, size_t size);
void trio_sim_pool_give_(struct pool *pool, void *block, size_t size);
void trio_sim_pool_reset_(struct pool *pool);
void trio_sim_pool_end_(struct pool *pool);

// ---- cursor.c: the buffers of a message, one after the other ----

struct cursor {
    const struct trio_buffer *buffers;
    size_t count;
    size_t offset; // In the first of them.
};

size_t trio_sim_message_size_(const struct trio_message *message);
struct cursor trio_sim_cursor_(const struct trio_message *message);
// Each moves the cursor by at most `size` bytes; returns by how many.
size_t trio_sim_cursor_read_(struct cursor *cursor, void *data, size_t size);
size_t trio_sim_cursor_write_(struct cursor *cursor, const void *data,
                              size_t size);

// ---- queue.c: bytes on their way ----

// What goes with some of the bytes.
struct enclosure {
    struct trio_address sender;
    size_t handle_count;
    struct endpoint *handles[TRIO_MESSAGE_HANDLES_MAX]; // Held.
};

// Bytes that were sent in one piece.
struct segment {
    struct segment *next;
    struct enclosure *enclosure; // Or NULL.
    uint32_t begin;              // Of what is left of it, in `data`,
    uint32_t end;                // and its end.
    uint32_t room;               // Of `data`.
    uint32_t reserved;
    unsigned char data[];
};

struct queue {
    struct segment *first;
    struct segment *last;
    size_t bytes;
    size_t count; // Of segments.
};

// Returns NULL if there is no memory.
struct segment *trio_sim_segment_new_(struct network *network, size_t room);
void trio_sim_segment_free_(struct network *network, struct segment *segment);
// A copy of a datagram, without the handles that go with it.
struct segment *trio_sim_segment_copy_(struct network *network,
                                       const struct segment *segment);
void trio_sim_queue_push_(struct queue *queue, struct segment *segment);
struct segment *trio_sim_queue_pop_(struct queue *queue);
void trio_sim_queue_clear_(struct network *network, struct queue *queue);
// Copies up to `size` bytes in; returns how many, less without memory.
size_t trio_sim_queue_append_(struct network *network, struct queue *queue,
                              struct cursor *cursor, size_t size);
// Moves up to `size` bytes; returns how many.
size_t trio_sim_queue_move_(struct network *network, struct queue *from,
                            struct queue *to, size_t size);
// Takes bytes out of the front, up to and with a piece that has an enclosure,
// which is `ret_enclosure`, the caller's, then. Peeking takes nothing.
size_t trio_sim_queue_take_(struct network *network, struct queue *queue,
                            struct cursor *cursor, bool peek,
                            struct enclosure **ret_enclosure);

// ---- enclosure.c: handles that go with a message ----
TRIO_MUST_USE trio_status trio_sim_enclose_(struct network *network,
                                            const struct trio_message *message,
                                            struct enclosure **ret_enclosure);
void trio_sim_enclosure_free_(struct network *network,
                              struct enclosure *enclosure);
// Opens its handles for the message; the rest is dropped. Returns
// TRIO_ETRUNCATED if there is a rest that the message asked for.
TRIO_MUST_USE trio_status trio_sim_unpack_(struct network *network,
                                           const struct enclosure *enclosure,
                                           struct trio_message *message);

#endif // TRIO_SIM_NET_QUEUE_H
