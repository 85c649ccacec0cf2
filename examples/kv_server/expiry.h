// The entries that expire, the next one first.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_EXPIRY_H
#define EXAMPLES_KV_SERVER_EXPIRY_H

#include "examples/kv_server/table.h"

// A `kv_expiry` is a heap. It does not own the entries. All zeros but for
// `memory` is an empty one.
struct kv_expiry {
    const struct trio_memory *memory;
    struct kv_entry **heap;
    size_t count;
    size_t room;
};

// Gives its memory back.
void kv_expiry_close(struct kv_expiry *expiry);

// Makes room for one more entry. Returns false if there is no memory.
bool kv_expiry_reserve(struct kv_expiry *expiry);

// Sets when an entry expires, TRIO_FOREVER for never. If it did not do so yet,
// there has to be room.
void kv_expiry_set(struct kv_expiry *expiry, struct kv_entry *entry,
                   trio_time expires);

// Returns the entry that expires next, or NULL.
struct kv_entry *kv_expiry_first(const struct kv_expiry *expiry);

#endif // EXAMPLES_KV_SERVER_EXPIRY_H
