// A store as the requests that make it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_SNAPSHOT_H
#define EXAMPLES_KV_SERVER_SNAPSHOT_H

#include "examples/kv_server/buffer.h"
#include "examples/kv_server/store.h"

// Adds requests to `out` after which a store has what this one has: one that
// removes all, and one for each key. Takes time of the size of the store, all
// in one step.
void kv_snapshot_add(struct kv_buffer *out, const struct kv_store *store);

#endif // EXAMPLES_KV_SERVER_SNAPSHOT_H
