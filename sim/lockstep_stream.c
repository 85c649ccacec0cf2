// The receiver copies straight out of the sender's own memory. That is safe
// because the sender does not return while `left` can still be reached: it
// takes its data back before it does, whatever ends its wait.
//
// Whoever is woken looks again at what it waited for. A receiver that was woken
// for data finds none if the sender was cancelled meanwhile, and waits on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/lockstep_stream.h>

#include <string.h>

#include <trio/error.h>
#include <trio/task.h>

static const struct trio_wait send_wait = {"send", TRIO_ACCESS_RELEASE, NULL};
static const struct trio_wait writable_wait = {"wait until writable",
                                               TRIO_ACCESS_READ, NULL};
static const struct trio_wait receive_wait = {"receive", TRIO_ACCESS_ACQUIRE,
                                              NULL};

// The stream is its first member.
static struct trio_lockstep_stream *lockstep_of(struct trio_stream *stream)
{
    return (struct trio_lockstep_stream *)stream;
}

// S12, S16: a call lets others run also when it fails.
static TRIO_PARKS trio_status finish(trio_status rc)
{
    trio_cancel_shielded_checkpoint();
    return rc == TRIO_OK ? TRIO_OK : trio_fail_bare(rc);
}

// ---- Sending ----

static TRIO_CHECKPOINT trio_status
begin_sending(struct trio_lockstep_stream *stream)
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
static trio_status state_of_sending(const struct trio_lockstep_stream *stream)
{
    if (stream->closed || stream->sent_eof)
        return TRIO_ECLOSED;
    return stream->peer == NULL ? TRIO_EBROKEN : TRIO_OK;
}

static TRIO_CHECKPOINT trio_status offer(struct trio_lockstep_stream *stream)
{
    trio_status rc = TRIO_OK;

    trio_parking_lot_unpark_all(&stream->peer->receiver);
    while (rc == TRIO_OK && stream->left > 0) {
        rc = trio_parking_lot_park(&stream->sender, &send_wait, stream);
        if (rc == TRIO_OK && stream->left > 0)
            rc = state_of_sending(stream);
    }
    return trio_is_failure(rc) ? finish(rc) : rc;
}

static TRIO_CHECKPOINT trio_status send_all(struct trio_stream *base,
                                            const void *data, size_t size,
                                            size_t *ret_sent)
{
    struct trio_lockstep_stream *stream = lockstep_of(base);
    trio_status rc = begin_sending(stream);

    if (rc != TRIO_OK)
        return rc;
    rc = state_of_sending(stream);
    if (rc != TRIO_OK || size == 0)
        return finish(rc);
    stream->data = data;
    stream->left = size;
    stream->sending = true;
    rc = offer(stream);
    *ret_sent = size - stream->left;
    stream->left = 0;
    stream->sending = false;
    return rc;
}

static TRIO_CHECKPOINT trio_status wait_writable(struct trio_stream *base)
{
    struct trio_lockstep_stream *stream = lockstep_of(base);
    trio_status rc = begin_sending(stream);

    if (rc != TRIO_OK)
        return rc;
    stream->sending = true;
    rc = state_of_sending(stream);
    while (rc == TRIO_OK &&
           trio_parking_lot_count(&stream->peer->receiver) == 0) {
        rc = trio_parking_lot_park(&stream->sender, &writable_wait, stream);
        if (rc == TRIO_OK)
            rc = state_of_sending(stream);
    }
    stream->sending = false;
    return rc == TRIO_ECANCELED ? rc : finish(rc);
}

static TRIO_CHECKPOINT trio_status send_eof(struct trio_stream *base)
{
    struct trio_lockstep_stream *stream = lockstep_of(base);
    trio_status rc = begin_sending(stream);

    if (rc != TRIO_OK)
        return rc;
    if (stream->sent_eof)
        return finish(TRIO_OK);
    if (stream->peer == NULL)
        return finish(TRIO_EBROKEN);
    stream->sent_eof = true;
    stream->peer->ended = true;
    trio_parking_lot_unpark_all(&stream->peer->receiver);
    return finish(TRIO_OK);
}

// ---- Receiving ----

// Takes what the peer offers; returns how many bytes.
static size_t take(struct trio_lockstep_stream *peer, void *buffer, size_t size)
{
    size_t length = peer->left < size ? peer->left : size;

    memcpy(buffer, peer->data, length);
    peer->data += length;
    peer->left -= length;
    if (peer->left == 0)
        trio_parking_lot_unpark_all(&peer->sender);
    return length;
}

// TRIO_EWOULDBLOCK: there is nothing to receive, and nothing in the way.
static trio_status state_of_receiving(const struct trio_lockstep_stream *stream)
{
    if (stream->closed)
        return TRIO_ECLOSED;
    if (stream->broken)
        return TRIO_EBROKEN;
    if (stream->peer != NULL && stream->peer->left > 0)
        return TRIO_OK;
    return stream->ended ? TRIO_EEND : TRIO_EWOULDBLOCK;
}

static TRIO_CHECKPOINT trio_status
wait_for_peer(struct trio_lockstep_stream *stream)
{
    trio_status rc;

    while ((rc = state_of_receiving(stream)) == TRIO_EWOULDBLOCK) {
        trio_parking_lot_unpark_all(&stream->peer->sender);
        rc = trio_parking_lot_park(&stream->receiver, &receive_wait, stream);
        if (rc != TRIO_OK)
            break;
    }
    return rc;
}

static TRIO_CHECKPOINT trio_status receive_some(struct trio_stream *base,
                                                void *buffer, size_t size,
                                                size_t *ret_length)
{
    struct trio_lockstep_stream *stream = lockstep_of(base);
    trio_status rc = trio_checkpoint_if_cancelled();

    if (rc != TRIO_OK)
        return rc;
    trio_touch(stream, TRIO_ACCESS_ACQUIRE);
    if (stream->closed)
        return finish(TRIO_ECLOSED);
    if (stream->receiving)
        return finish(TRIO_EBUSY);
    stream->receiving = true;
    rc = wait_for_peer(stream);
    stream->receiving = false;
    if (rc == TRIO_ECANCELED)
        return rc;
    if (rc == TRIO_OK)
        *ret_length = take(stream->peer, buffer, size);
    return finish(rc);
}

// ---- Closing ----

static void close_end(struct trio_lockstep_stream *stream, bool forcefully)
{
    struct trio_lockstep_stream *peer = stream->peer;

    trio_touch(stream, TRIO_ACCESS_WRITE);
    if (stream->closed)
        return;
    stream->closed = true;
    stream->peer = NULL;
    if (peer != NULL) {
        peer->peer = NULL;
        peer->broken = forcefully;
        peer->ended = true;
        trio_parking_lot_unpark_all(&peer->sender);
        trio_parking_lot_unpark_all(&peer->receiver);
    }
    trio_parking_lot_unpark_all(&stream->sender);
    trio_parking_lot_unpark_all(&stream->receiver);
}

static TRIO_CHECKPOINT trio_status close_orderly(struct trio_stream *base)
{
    close_end(lockstep_of(base), false);
    return trio_checkpoint();
}

static void close_forcefully(struct trio_stream *base)
{
    close_end(lockstep_of(base), true);
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

static void connect_pair(struct trio_lockstep_stream *near_end,
                         const struct trio_stream_operations *near_operations,
                         struct trio_lockstep_stream *far_end,
                         const struct trio_stream_operations *far_operations)
{
    *near_end = (struct trio_lockstep_stream){
        .stream.operations = near_operations, .peer = far_end};
    *far_end = (struct trio_lockstep_stream){
        .stream.operations = far_operations, .peer = near_end};
}

void trio_lockstep_stream_pair(struct trio_lockstep_stream *ret_near,
                               struct trio_lockstep_stream *ret_far)
{
    connect_pair(ret_near, &both_operations, ret_far, &both_operations);
}

void trio_lockstep_stream_one_way_pair(
    struct trio_lockstep_stream *ret_sender,
    struct trio_lockstep_stream *ret_receiver)
{
    connect_pair(ret_sender, &sender_operations, ret_receiver,
                 &receiver_operations);
}
