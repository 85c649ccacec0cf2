// What the sources of a client share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_CLIENT_H
#define EXAMPLES_KV_SERVER_CLIENT_H

#include "examples/kv_server/server.h"

// Makes a client of a server, which may be one that nobody else knows of, and
// gives back what it holds.
void kv_client_init(struct kv_client *ret_client, struct kv_server *server,
                    struct trio_stream *stream);
void kv_client_free(struct kv_client *client);

// Receives what has come, and adds it to the input.
//
// Checkpoint: always.
// Returns: TRIO_OK        there is more of it.
//          TRIO_EMSGSIZE  the input is full.
//          TRIO_ENOMEM    out of memory.
//          other          what the stream returned.
TRIO_CHECKPOINT trio_status kv_client_receive(struct kv_client *client);

// Says whether there is to be output by others.
static inline bool kv_client_is_fed(const struct kv_client *client)
{
    return client->subscriber.count > 0 || client->replica.client != NULL;
}

// Reads and answers requests until the client ends or has to go.
TRIO_CHECKPOINT trio_status kv_client_talk(struct kv_client *client);

// Returns how long it may say no whole request, and begins that time anew.
trio_duration kv_client_idle_limit(const struct kv_client *client);
void kv_client_restart_idle_limit(struct kv_client *client);

// Has the output sent, by this task or by the one that does nothing else; that
// one ends when nobody else adds to it any more, and is waited for.
TRIO_CHECKPOINT trio_status kv_client_flush(struct kv_client *client);

// Starts the task that does nothing else if there is to be one.
TRIO_MUST_USE trio_status kv_client_start_sender(struct kv_client *client);

// Ends a client that does not take its output.
void kv_client_drop(struct kv_client *client);

// Adds a message to the output; for the hub.
void kv_client_deliver(struct kv_subscriber *subscriber,
                       struct kv_bytes channel, struct kv_bytes message);

#endif // EXAMPLES_KV_SERVER_CLIENT_H
