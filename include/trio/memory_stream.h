// Memory streams: connections without a network, for tests of protocols. In
// //:trio_sim.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_MEMORY_STREAM_H
#define TRIO_MEMORY_STREAM_H

#include <trio/base.h>
#include <trio/parking_lot.h>
#include <trio/status.h>
#include <trio/stream.h>

struct trio_memory_stream;

// What a test has done whenever a stream is used. Zero is nothing. A hook may
// park, except `close`, and may be set and taken away at any time.
struct trio_memory_stream_hooks {
    // Called by send_all when the stream has taken the data. Its status is the
    // result. A stream that has this hook delivers nothing by itself, not even
    // the end: trio_memory_stream_pump does.
    trio_status (*send_all)(struct trio_memory_stream *stream, void *arg);

    // Called by receive_some before it looks for data. A status other than
    // TRIO_OK is the result.
    trio_status (*receive_some)(struct trio_memory_stream *stream, void *arg);

    // Called when the stream was closed, once.
    void (*close)(struct trio_memory_stream *stream, void *arg);

    void *arg; // Given to each.
};

// A `trio_memory_stream` is one end of a connection that is a buffer: sending
// never waits, since the buffer has no bound.
//
//     struct trio_memory_stream client, server;
//
//     trio_memory_stream_pair(&client, &server);
//     trio_status rc = trio_stream_send_all(&client.stream, "ping", 4, NULL);
//     if (rc == TRIO_OK)
//         rc = trio_stream_send_eof(&client.stream);
//     if (rc == TRIO_OK)
//         rc = echo(&server.stream, NULL); // "ping" awaits the client now
//
// An orderly close is the end to the peer, after the data; a forceful one is
// TRIO_EBROKEN, and the data is lost. The caller owns the storage, which must
// not move, and closes both ends: what was not received is freed by the
// receiver's close. Not thread-safe: use it from its loop's thread only.
struct trio_memory_stream {
    struct trio_stream stream;
    struct trio_memory_stream_hooks hooks; // The test's to set.
    struct trio_memory_stream *peer; // Private. NULL: closed, here or there.
    struct trio_parking_lot lot;     // Private. The task that receives.
    unsigned char *block; // Private. What the peer sent and nobody received.
    size_t block_size;    // Private. In bytes, as allocated.
    size_t start;         // Private. Of the data in the block.
    size_t arrived;       // Private. Bytes that can be received.
    size_t under_way;     // Private. Bytes after those that cannot, yet.
    bool sending;         // Private. A task is in send_all.
    bool receiving;       // Private. A task is in receive_some.
    bool sent_eof;        // Private.
    bool end_under_way;   // Private. The peer will send nothing more.
    bool ended;           // Private. And that has arrived.
    bool broken;          // Private. The peer was closed forcefully.
    bool closed;          // Private.
};

TRIO_BEGIN_DECLS

// Makes both ends of a connection.
//
// Checkpoint: never.
void trio_memory_stream_pair(struct trio_memory_stream *ret_near,
                             struct trio_memory_stream *ret_far);

// Makes a connection in one direction: one end only sends, the other only
// receives.
//
//     struct trio_memory_stream sender, receiver;
//
//     trio_memory_stream_one_way_pair(&sender, &receiver);
//     trio_status rc = trio_stream_send_all(&sender.stream, "ping", 4, NULL);
//
// Checkpoint: never.
void trio_memory_stream_one_way_pair(struct trio_memory_stream *ret_sender,
                                     struct trio_memory_stream *ret_receiver);

// Delivers up to `max` bytes of what is under way to `stream`, and the end if
// nothing is left before it. Returns how many bytes that were. For hooks:
//
//     static trio_status trickle(struct trio_memory_stream *stream, void *arg)
//     {
//         struct trio_memory_stream *receiver = arg;
//         (void)stream;
//         trio_memory_stream_pump(receiver, 1); // the rest stays under way
//         return TRIO_OK;
//     }
//
// Checkpoint: never.
size_t trio_memory_stream_pump(struct trio_memory_stream *stream, size_t max);

TRIO_END_DECLS

#endif // TRIO_MEMORY_STREAM_H
