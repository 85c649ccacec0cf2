// The server: clients on streams, who share a store and a hub.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_SERVER_H
#define EXAMPLES_KV_SERVER_SERVER_H

#include <trio/cancel_scope.h>
#include <trio/nursery.h>
#include <trio/parking_lot.h>
#include <trio/stream.h>
#include <trio/time.h>

#include "examples/kv_server/changes.h"
#include "examples/kv_server/hub.h"
#include "examples/kv_server/leader.h"
#include "examples/kv_server/log.h"
#include "examples/kv_server/protocol.h"
#include "examples/kv_server/store.h"

#define KV_CLIENT_NAME_MAX 64

// What a peer may have of the server.
struct kv_limits {
    int64_t clients;       // At the same time.
    int64_t memory;        // Bytes of the store.
    int64_t key;           // Bytes of a key, or of a channel's name.
    int64_t bulk;          // Bytes of an argument.
    int64_t request;       // Bytes of a request.
    int64_t output;        // Bytes of replies that a client has not taken.
    int64_t subscriptions; // Of a client.
    int64_t idle;          // Seconds without a whole request.
    int64_t backlog;       // Bytes that a follower may be behind; 0: nobody may
                           // follow.
};

#define KV_LIMITS_DEFAULT                                                      \
    {                                                                          \
        10000, (int64_t)1 << 30, 1024, 1 << 20, 4 << 20, 8 << 20, 1000, 300,   \
            1 << 20                                                            \
    }

// A `kv_server` is what its clients share. The caller owns the storage.
struct kv_server {
    struct kv_limits limits;
    struct kv_store store;
    struct kv_changes changes;    // Of the store.
    struct kv_log *log;           // Of those; NULL: there is none.
    struct kv_leader leader;      // Of those that follow this server.
    struct kv_follower *follower; // NULL: this server follows nobody.
    struct kv_hub hub;
    struct kv_client *clients; // The newest first.
    int64_t connected;         // How many.
    trio_time started;
    uint64_t accepted; // Clients in all, also those that were rejected.
    uint64_t rejected; // For they would have been too many.
    uint64_t dropped;  // For they did not take their output.
    uint64_t commands;
};

// A `kv_client` is one client, for as long as it is served.
struct kv_client {
    struct kv_server *server;
    struct trio_stream *stream;
    struct kv_client *next;
    struct kv_client *previous;
    uint64_t number;
    char name[KV_CLIENT_NAME_MAX + 1];
    struct kv_buffer input;
    struct kv_buffer output;  // Replies that nobody sends yet.
    struct kv_buffer sending; // Replies that are being sent.
    uint64_t logged;          // Offset of what they tell of.
    struct kv_subscriber subscriber;
    struct trio_nursery *nursery;
    struct trio_cancel_scope scope; // Round all: its idle limit.
    struct trio_parking_lot lot;    // Private. Its sender.
    bool has_sender;                // There is a task that sends.
    bool closing;                   // Nothing is read any more.
    bool is_leader;                 // This server follows it.
    struct kv_replica replica;      // If it follows this server.
    uint64_t written;               // Offset of its last change.
    bool is_waiting;                // For followers:
    int64_t wait_count;             // so many of them,
    trio_time wait_until;           // and no longer than that.
    struct kv_parser parser;
};

// Opens a server without clients.
//
// Returns: TRIO_OK      the caller closes it, after all clients.
//          TRIO_ENOMEM  out of memory.
TRIO_MUST_USE trio_status kv_server_open(struct kv_server *ret_server,
                                         const struct kv_limits *limits);
void kv_server_close(struct kv_server *server);

// Serves one client until it ends, breaks a rule of the protocol or exceeds a
// limit; for trio_serve. `server` is the struct kv_server.
//
// Checkpoint: always.
// Returns: TRIO_OK         it was served.
//          TRIO_ECANCELED  an enclosing scope is cancelled.
//          TRIO_ENOMEM     out of memory.
//          other           what the stream returned.
TRIO_CHECKPOINT trio_status kv_serve_client(struct trio_stream *stream,
                                            void *server);

// Removes what has expired, now and then, until it is cancelled: a task.
//
// Checkpoint: always.
// Returns: TRIO_ECANCELED  an enclosing scope is cancelled.
TRIO_CHECKPOINT trio_status kv_server_collect(void *server);

// Opens a server, calls `serve(arg)`, which lets clients in by kv_serve_client
// until it is stopped, removes what has expired beside that, and closes the
// server. Its numbers may be read afterwards.
//
// Checkpoint: always.
// Returns: TRIO_ENOMEM  out of memory.
//          other        what `serve` returned.
TRIO_CHECKPOINT trio_status kv_serve(struct kv_server *ret_server,
                                     const struct kv_limits *limits,
                                     trio_task_fn serve, void *arg);

// As kv_serve, with a log, which is loaded first and does not move. Nobody
// hears of a change before kv_log_wait would let him. While changes cannot be
// logged those that clients ask for are refused.
//
// Checkpoint: always.
// Returns: TRIO_EPROTOCOL  a request of the log cannot be executed; the record
//                          says why.
//          other           as kv_serve, or what kv_log_open returned.
TRIO_CHECKPOINT trio_status kv_serve_logged(struct kv_server *ret_server,
                                            const struct kv_limits *limits,
                                            struct kv_log *ret_log,
                                            const char *path,
                                            enum kv_fsync fsync,
                                            trio_task_fn serve, void *arg);

// Executes the request that the client's parser holds, and adds the reply to
// its output.
void kv_execute(struct kv_client *client);

#endif // EXAMPLES_KV_SERVER_SERVER_H
