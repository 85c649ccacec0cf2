// The hub: messages from whoever publishes to all who subscribed. It knows of
// no protocol.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_HUB_H
#define EXAMPLES_KV_SERVER_HUB_H

#include <trio/backend.h>
#include <trio/status.h>

#include "examples/kv_server/bytes.h"

#define KV_HUB_BUCKETS 256

struct kv_channel;
struct kv_subscription;

// Who subscribes. Zero but for `deliver` is one without subscriptions. The
// caller owns the storage, which must not move while there are any.
struct kv_subscriber {
    // Called for each message. Must not change the hub.
    void (*deliver)(struct kv_subscriber *subscriber, struct kv_bytes channel,
                    struct kv_bytes message);
    struct kv_subscription *first; // Private.
    size_t count;                  // Subscriptions.
};

struct kv_hub {
    const struct trio_memory *memory;
    uint64_t seed[2];                           // Private. Of the hashes.
    struct kv_channel *buckets[KV_HUB_BUCKETS]; // Private.
};

// Makes a hub without channels. At its end there has to be no subscription.
void kv_hub_init(struct kv_hub *ret_hub);

// Subscribes to a channel.
//
// Returns: TRIO_OK      it is subscribed.
//          TRIO_EEXIST  it was already.
//          TRIO_ENOMEM  out of memory; nothing changed.
TRIO_MUST_USE trio_status kv_hub_subscribe(struct kv_hub *hub,
                                           struct kv_subscriber *subscriber,
                                           struct kv_bytes channel);

// Ends a subscription; says whether there was one. The name may be what
// kv_hub_newest returned.
bool kv_hub_unsubscribe(struct kv_hub *hub, struct kv_subscriber *subscriber,
                        struct kv_bytes channel);

// Returns the name of a channel that it is subscribed to, the newest; there has
// to be one. Valid until that ends.
struct kv_bytes kv_hub_newest(const struct kv_subscriber *subscriber);

// Delivers a message; returns to how many.
size_t kv_hub_publish(struct kv_hub *hub, struct kv_bytes channel,
                      struct kv_bytes message);

#endif // EXAMPLES_KV_SERVER_HUB_H
