// What was sent lies in one block at the end that will receive it:
//
//     block:  | received | arrived       | under way      | free |
//             0          start           start + arrived
//
// Delivering only moves the border between the last two, and closing the
// receiver frees all: so it does not matter in which order the ends are closed,
// and whether the sender still exists when its data is received.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/memory_stream.h>

#include <string.h>

#include <trio/backend.h>
#include <trio/error.h>
#include <trio/task.h>

static const struct trio_wait receive_wait = {"receive", TRIO_ACCESS_ACQUIRE,
                                              NULL};

// The stream is its first member.
static struct trio_memory_stream *memory_of(struct trio_stream *stream)
{
    return (struct trio_memory_stream *)stream;
}

// S12, S16: a call lets others run also when it fails.
static TRIO_PARKS trio_status finish(trio_status rc)
{
    trio_cancel_shielded_checkpoint();
    return rc == TRIO_OK ? TRIO_OK : trio_fail_bare(rc);
}

// ---- The block ----

// Makes room for `size` bytes more; false if there is no memory.
static bool make_room(struct trio_memory_stream *stream, size_t size)
{
    const struct trio_memory *memory = trio_run_memory();
    size_t used = stream->arrived + stream->under_way;

    if (size > SIZE_MAX / 4 - used)
        return false;
    if (used + size <= stream->block_size) {
        if (stream->start + used + size > stream->block_size) {
            memmove(stream->block, stream->block + stream->start, used);
            stream->start = 0;
        }
        return true;
    }
    size_t block_size = 2 * (used + size);
    unsigned char *block = memory->allocate(memory->context, block_size);
    if (block == NULL)
        return false;
    if (stream->block != NULL) {
        memcpy(block, stream->block + stream->start, used);
        memory->release(memory->context, stream->block, stream->block_size);
    }
    stream->block = block;
    stream->block_size = block_size;
    stream->start = 0;
    return true;
}

static void free_block(struct trio_memory_stream *stream)
{
    const struct trio_memory *memory = trio_run_memory();

    if (stream->block != NULL)
        memory->release(memory->context, stream->block, stream->block_size);
    stream->block = NULL;
    stream->block_size = stream->start = 0;
    stream->arrived = stream->under_way = 0;
}

size_t trio_memory_stream_pump(struct trio_memory_stream *stream, size_t max)
{
    size_t size = stream->under_way < max ? stream->under_way : max;

    trio_touch(stream, TRIO_ACCESS_RELEASE);
    stream->arrived += size;
    stream->under_way -= size;
    if (stream->under_way == 0 && stream->end_under_way)
        stream->ended = true;
    if (stream->arrived > 0 || stream->ended)
        trio_parking_lot_unpark_all(&stream->lot);
    return size;
}

// Delivers what `stream` has sent, unless its hook is to see to that.
static void deliver(const struct trio_memory_stream *stream,
                    struct trio_memory_stream *receiver)
{
    if (stream->hooks.send_all == NULL)
        trio_memory_stream_pump(receiver, SIZE_MAX);
}

// ---- Sending ----

static TRIO_CHECKPOINT trio_status
begin_sending(struct trio_memory_stream *stream)
{
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(stream, TRIO_ACCESS_WRITE);
    if (stream->closed)
        return finish(TRIO_ECLOSED);
    return stream->sending ? finish(TRIO_EBUSY) : TRIO_OK;
}

// Says whether data can be sent now.
static trio_status state_of_sending(const struct trio_memory_stream *stream)
{
    if (stream->sent_eof)
        return TRIO_ECLOSED;
    return stream->peer == NULL ? TRIO_EBROKEN : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status send_all(struct trio_stream *base,
                                            const void *data, size_t size,
                                            size_t *ret_sent)
{
    struct trio_memory_stream *stream = memory_of(base);
    trio_status rc = begin_sending(stream);

    if (rc != TRIO_OK)
        return rc;
    rc = state_of_sending(stream);
    if (rc != TRIO_OK)
        return finish(rc);
    struct trio_memory_stream *peer = stream->peer;
    if (!make_room(peer, size))
        return finish(TRIO_ENOMEM);
    if (size > 0)
        memcpy(peer->block + peer->start + peer->arrived + peer->under_way,
               data, size);
    peer->under_way += size;
    *ret_sent = size;
    deliver(stream, peer);
    if (stream->hooks.send_all != NULL) {
        stream->sending = true;
        rc = stream->hooks.send_all(stream, stream->hooks.arg);
        stream->sending = false;
    }
    trio_cancel_shielded_checkpoint();
    return rc;
}

static TRIO_CHECKPOINT trio_status wait_writable(struct trio_stream *base)
{
    struct trio_memory_stream *stream = memory_of(base);
    trio_status rc = begin_sending(stream);

    return rc == TRIO_OK ? finish(state_of_sending(stream)) : rc;
}

// Puts the end after everything that was sent.
static void send_end(const struct trio_memory_stream *stream,
                     struct trio_memory_stream *peer)
{
    peer->end_under_way = true;
    deliver(stream, peer);
}

static TRIO_CHECKPOINT trio_status send_eof(struct trio_stream *base)
{
    struct trio_memory_stream *stream = memory_of(base);
    trio_status rc = begin_sending(stream);

    if (rc != TRIO_OK || stream->sent_eof)
        return rc == TRIO_OK ? finish(TRIO_OK) : rc;
    if (stream->peer == NULL)
        return finish(TRIO_EBROKEN);
    stream->sent_eof = true;
    send_end(stream, stream->peer);
    return finish(TRIO_OK);
}

// ---- Receiving ----

static TRIO_CHECKPOINT trio_status take(struct trio_memory_stream *stream,
                                        void *buffer, size_t size,
                                        size_t *ret_length)
{
    while (!stream->closed && !stream->broken && stream->arrived == 0 &&
           !stream->ended) {
        trio_status rc =
            trio_parking_lot_park(&stream->lot, &receive_wait, stream);
        if (rc != TRIO_OK)
            return rc;
    }
    if (stream->closed)
        return finish(TRIO_ECLOSED);
    if (stream->broken)
        return finish(TRIO_EBROKEN);
    if (stream->arrived == 0)
        return finish(TRIO_EEND);
    size_t length = stream->arrived < size ? stream->arrived : size;
    memcpy(buffer, stream->block + stream->start, length);
    stream->start += length;
    stream->arrived -= length;
    *ret_length = length;
    return finish(TRIO_OK);
}

static TRIO_CHECKPOINT trio_status receive_some(struct trio_stream *base,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    struct trio_memory_stream *stream = memory_of(base);
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(stream, TRIO_ACCESS_ACQUIRE);
    if (stream->closed)
        return finish(TRIO_ECLOSED);
    if (stream->receiving)
        return finish(TRIO_EBUSY);
    stream->receiving = true;
    if (stream->hooks.receive_some != NULL)
        rc = stream->hooks.receive_some(stream, stream->hooks.arg);
    if (rc == TRIO_OK)
        rc = take(stream, buffer, size, ret_length);
    stream->receiving = false;
    return rc;
}

// ---- Closing ----

static void close_end(struct trio_memory_stream *stream, bool forcefully)
{
    struct trio_memory_stream *peer = stream->peer;

    trio_touch(stream, TRIO_ACCESS_WRITE);
    if (stream->closed)
        return;
    stream->closed = true;
    stream->peer = NULL;
    if (peer != NULL) {
        peer->peer = NULL;
        peer->broken = forcefully;
        if (forcefully)
            trio_parking_lot_unpark_all(&peer->lot);
        else
            send_end(stream, peer);
    }
    free_block(stream);
    trio_parking_lot_unpark_all(&stream->lot);
    if (stream->hooks.close != NULL)
        stream->hooks.close(stream, stream->hooks.arg);
}

static TRIO_CHECKPOINT trio_status close_orderly(struct trio_stream *base)
{
    close_end(memory_of(base), false);
    return trio_checkpoint();
}

static void close_forcefully(struct trio_stream *base)
{
    close_end(memory_of(base), true);
}

// ---- Making pairs ----

static const struct trio_stream_operations both_operations = {
    .send_all = send_all,
    .wait_writable = wait_writable,
    .receive_some = receive_some,
    .send_eof = send_eof,
    .close = close_orderly,
    .close_forcefully = close_forcefully,
};

static const struct trio_stream_operations sender_operations = {
    .send_all = send_all,
    .wait_writable = wait_writable,
    .close = close_orderly,
    .close_forcefully = close_forcefully,
};

static const struct trio_stream_operations receiver_operations = {
    .receive_some = receive_some,
    .close = close_orderly,
    .close_forcefully = close_forcefully,
};

static void connect_pair(struct trio_memory_stream *near_end,
                         const struct trio_stream_operations *near_operations,
                         struct trio_memory_stream *far_end,
                         const struct trio_stream_operations *far_operations)
{
    *near_end = (struct trio_memory_stream){
        .stream.operations = near_operations, .peer = far_end};
    *far_end = (struct trio_memory_stream){.stream.operations = far_operations,
                                           .peer = near_end};
}

void trio_memory_stream_pair(struct trio_memory_stream *ret_near,
                             struct trio_memory_stream *ret_far)
{
    connect_pair(ret_near, &both_operations, ret_far, &both_operations);
}

void trio_memory_stream_one_way_pair(struct trio_memory_stream *ret_sender,
                                     struct trio_memory_stream *ret_receiver)
{
    connect_pair(ret_sender, &sender_operations, ret_receiver,
                 &receiver_operations);
}
