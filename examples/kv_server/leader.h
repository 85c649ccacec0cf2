// The leader: a server sends its changes to those that follow it.
//
// A follower is a client that has sent PSYNC with the offset in the stream of
// changes that it has come to. If the backlog holds all from there on, it goes
// on there; otherwise it gets a snapshot first. It tells how far it has come by
// REPLCONF ACK. One that is further behind than the backlog reaches is dropped.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_LEADER_H
#define EXAMPLES_KV_SERVER_LEADER_H

#include <trio/parking_lot.h>
#include <trio/time.h>

#include "examples/kv_server/backlog.h"
#include "examples/kv_server/buffer.h"
#include "examples/kv_server/changes.h"

#define KV_STREAM_ID_LENGTH 32

// A follower hears something at least that often.
#define KV_BEAT (1 * TRIO_SECOND)

struct kv_client;
struct kv_server;

// A `kv_leader` is the part of a server that others follow.
struct kv_leader {
    struct kv_observer observer; // Comes first.
    char id[KV_STREAM_ID_LENGTH + 1];
    uint64_t changes;          // That there were.
    struct kv_backlog backlog; // Of the stream. Nothing before somebody has
                               // followed for the first time.
    struct kv_replica *replicas;
    struct trio_parking_lot acknowledged; // Who waits for that.
    uint64_t snapshots;                   // That were sent.
    uint64_t resumed; // Followers that could go on without one.
};

// A `kv_replica` is a follower as its leader sees it: a part of the client.
struct kv_replica {
    struct kv_replica *next;
    struct kv_client *client;  // NULL: it does not follow.
    struct kv_buffer snapshot; // What is left of it to be sent.
    uint64_t sent;             // Offset up to which it is sent the stream.
    uint64_t acknowledged;     // Offset; 0: none.
    trio_time heard;           // The last acknowledgement.
    bool lost;                 // It is to be dropped.
};

// Opens the leader of a server, which is told of all changes from now on.
void kv_leader_open(struct kv_leader *ret_leader, struct kv_changes *changes);
void kv_leader_close(struct kv_leader *leader);

// Returns the offset of the stream's end: of the last change.
static inline uint64_t kv_leader_offset(const struct kv_leader *leader)
{
    return leader->backlog.end;
}

// Has a client follow from now on, from `offset` of the stream `id` on if
// possible, and replies which it is.
//
// Returns: TRIO_OK      it follows.
//          TRIO_ENOMEM  out of memory; it does not.
TRIO_MUST_USE trio_status kv_leader_admit(struct kv_leader *leader,
                                          struct kv_client *client,
                                          struct kv_bytes id, int64_t offset);

// Has a client follow no more, if it does.
void kv_leader_dismiss(struct kv_leader *leader, struct kv_client *client);

// Adds what comes next to the output of a client that follows.
void kv_leader_feed(struct kv_leader *leader, struct kv_client *client);

// Adds to the stream what changes nothing, so that followers hear something.
void kv_leader_beat(struct kv_leader *leader);

// Hears that a follower has all up to `offset`. Returns false if it cannot.
bool kv_leader_hear(struct kv_leader *leader, struct kv_client *client,
                    int64_t offset);

// Returns how many followers have acknowledged all up to `offset`.
int64_t kv_leader_count(const struct kv_leader *leader, uint64_t offset);

// Waits until `count` followers have acknowledged all up to `offset`, or until
// a deadline.
//
// Checkpoint: always.
// Returns: TRIO_OK         they have, or the time has come.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status kv_leader_wait(struct kv_leader *leader,
                                           uint64_t offset, int64_t count,
                                           trio_time deadline);

#endif // EXAMPLES_KV_SERVER_LEADER_H
