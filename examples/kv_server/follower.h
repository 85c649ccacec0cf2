// The follower: a server does what another one, its leader, tells it.
//
// It connects, asks for the leader's changes from its offset on, does each of
// them once, and tells how far it has come. When the connection is lost, or
// silent for too long, it connects anew, a while later each time. Nobody else
// may change anything, and what expires is removed when the leader says so. Its
// limits must not be lower than the leader's: what it cannot do for a limit or
// for want of memory has it begin anew, with a snapshot.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_FOLLOWER_H
#define EXAMPLES_KV_SERVER_FOLLOWER_H

#include "examples/kv_server/server.h"

// After that much silence it takes the leader for gone.
#define KV_SILENCE_MAX (10 * KV_BEAT)

// Between two attempts: doubled from the first to the last.
#define KV_RETRY_MIN (100 * TRIO_MS)
#define KV_RETRY_MAX (5 * TRIO_SECOND)

// A `kv_follower` belongs to a server. The caller owns the storage.
struct kv_follower {
    struct kv_server *server;
    const char *host; // Of the leader.
    uint16_t port;
    char id[KV_STREAM_ID_LENGTH + 1];
    uint64_t offset;         // In the stream; 0: to begin with a snapshot.
    uint64_t target;         // Private. What it will be after the snapshot.
    size_t snapshot;         // Bytes of it that are still to come.
    bool is_loading;         // A part of a snapshot is there.
    bool is_up;              // There is a connection.
    trio_time heard;         // When something came the last time.
    trio_status failure;     // What ended the last connection.
    uint64_t snapshots;      // That it has loaded.
    uint64_t resumed;        // Connections that needed none.
    struct kv_client client; // Private. Executes what it tells.
};

// Makes a server follow; at once it refuses changes by its clients. `host` is
// a name or an address, and has to stay.
void kv_follower_open(struct kv_follower *ret_follower,
                      struct kv_server *server, const char *host,
                      uint16_t port);

// Follows until it is cancelled: a task.
//
// Checkpoint: always.
// Returns: TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status kv_follower_run(void *follower);

#endif // EXAMPLES_KV_SERVER_FOLLOWER_H
