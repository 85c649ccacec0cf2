// Lockstep streams: connections without any buffer, for tests of protocols. In
// //:trio_sim.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_LOCKSTEP_STREAM_H
#define TRIO_LOCKSTEP_STREAM_H

#include <trio/base.h>
#include <trio/parking_lot.h>
#include <trio/status.h>
#include <trio/stream.h>

// A `trio_lockstep_stream` is one end of a connection that holds nothing:
// send_all returns when the peer has received everything, and wait_writable
// when the peer waits in receive_some. A program that relies on a buffer
// somewhere on the way is found out by it.
//
//     struct trio_lockstep_stream client, server;
//     struct trio_nursery nursery;
//
//     trio_lockstep_stream_pair(&client, &server);
//     trio_nursery_open(&nursery);
//     rc = trio_nursery_start_soon(&nursery, greet, &server.stream);
//     if (rc == TRIO_OK) // alone, it would wait for ever
//         rc = trio_stream_send_all(&client.stream, "ping", 4, NULL);
//     return trio_nursery_close(&nursery, rc);
//
// A cancelled send_all says in `ret_sent` how much the peer has received. An
// orderly close is the end to the peer, a forceful one TRIO_EBROKEN. The caller
// owns the storage, which must not move; it needs no teardown. Not thread-safe:
// use it from its loop's thread only.
struct trio_lockstep_stream {
    struct trio_stream stream;
    struct trio_lockstep_stream *peer; // Private. NULL: closed, here or there.
    struct trio_parking_lot sender;    // Private. The task that sends.
    struct trio_parking_lot receiver;  // Private. The task that receives.
    const unsigned char *data; // Private. What is being sent, its sender's.
    size_t left;               // Private. Bytes of it.
    bool sending;              // Private. A task is in the sending half.
    bool receiving;            // Private. A task is in receive_some.
    bool sent_eof;             // Private.
    bool ended;                // Private. The peer will send nothing more.
    bool broken;               // Private. The peer was closed forcefully.
    bool closed;               // Private.
};

TRIO_BEGIN_DECLS

// Makes both ends of a connection.
//
// Checkpoint: never.
void trio_lockstep_stream_pair(struct trio_lockstep_stream *ret_near,
                               struct trio_lockstep_stream *ret_far);

// Makes a connection in one direction: one end only sends, the other only
// receives.
//
//     struct trio_lockstep_stream sender, receiver;
//
//     trio_lockstep_stream_one_way_pair(&sender, &receiver);
//     rc = trio_stream_wait_writable(&sender.stream); // somebody receives
//
// Checkpoint: never.
void trio_lockstep_stream_one_way_pair(
    struct trio_lockstep_stream *ret_sender,
    struct trio_lockstep_stream *ret_receiver);

TRIO_END_DECLS

#endif // TRIO_LOCKSTEP_STREAM_H
