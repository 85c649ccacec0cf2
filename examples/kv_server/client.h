// What the sources of a client share.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_CLIENT_H
#define EXAMPLES_KV_SERVER_CLIENT_H

#include "examples/kv_server/server.h"

// Reads and answers requests until the client ends or has to go.
TRIO_CHECKPOINT trio_status kv_client_talk(struct kv_client *client);

// Returns how long it may say no whole request, and begins that time anew.
trio_duration kv_client_idle_limit(const struct kv_client *client);
void kv_client_restart_idle_limit(struct kv_client *client);

// Has the output sent, by this task or by the one that does nothing else; that
// one ends after the last subscription, and is waited for.
TRIO_CHECKPOINT trio_status kv_client_flush(struct kv_client *client);

// Starts the task that does nothing else if there is to be one.
TRIO_MUST_USE trio_status kv_client_start_sender(struct kv_client *client);

// Ends a client that does not take its output.
void kv_client_drop(struct kv_client *client);

// Adds a message to the output; for the hub.
void kv_client_deliver(struct kv_subscriber *subscriber,
                       struct kv_bytes channel, struct kv_bytes message);

#endif // EXAMPLES_KV_SERVER_CLIENT_H
