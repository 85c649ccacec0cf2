// The store: values by key, some of which expire. It knows of no protocol.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_STORE_H
#define EXAMPLES_KV_SERVER_STORE_H

#include <trio/status.h>
#include <trio/time.h>

#include "examples/kv_server/bytes.h"
#include "examples/kv_server/expiry.h"
#include "examples/kv_server/table.h"

// A `kv_store` belongs to a run: its memory, its clock. No function of it ever
// waits, so whatever a task does with it in one step is one change to all
// others. A key that has expired is not there, whether it was collected yet or
// not.
struct kv_store {
    const struct trio_memory *memory;
    struct kv_table table;   // Private.
    struct kv_expiry expiry; // Private.
    uint64_t seed[2];        // Private. Of the hashes.
    size_t bytes;            // In use by entries.
    size_t bytes_max;
    uint64_t expired;   // Keys, since it was opened.
    bool keeps_expired; // What has expired is there until it is removed.

    // Told of each key that has expired, before it is removed. NULL: nobody.
    void (*on_expired)(void *arg, struct kv_bytes key);
    void *on_expired_arg;
};

// Opens an empty store of up to `bytes_max` bytes of keys, values and what
// belongs to each.
//
// Returns: TRIO_OK      the caller closes it.
//          TRIO_ENOMEM  out of memory.
TRIO_MUST_USE trio_status kv_store_open(struct kv_store *ret_store,
                                        size_t bytes_max);
void kv_store_close(struct kv_store *store);

// Returns how many keys there are, of which some may have expired.
size_t kv_store_count(const struct kv_store *store);

// Says whether a key is there; then `*ret_value` is valid until the store is
// changed.
bool kv_store_get(struct kv_store *store, struct kv_bytes key,
                  struct kv_bytes *ret_value);

// Sets a value, whatever was there. TRIO_FOREVER: it does not expire.
//
// Returns: TRIO_OK       it is set.
//          TRIO_ENOBUFS  the store is full; nothing changed.
//          TRIO_ENOMEM   out of memory; nothing changed.
TRIO_MUST_USE trio_status kv_store_set(struct kv_store *store,
                                       struct kv_bytes key,
                                       struct kv_bytes value,
                                       trio_time expires);

// Adds to a value that is an integer; one that is not there counts as 0. It
// expires when it would have.
//
// Returns: TRIO_OK        `*ret_value` is the sum.
//          TRIO_EINVAL    the value is no integer; nothing changed.
//          TRIO_EMSGSIZE  the sum is out of range; nothing changed.
//          other          as kv_store_set.
TRIO_MUST_USE trio_status kv_store_add(struct kv_store *store,
                                       struct kv_bytes key, int64_t summand,
                                       int64_t *ret_value);

// Removes a key; says whether it was there.
bool kv_store_remove(struct kv_store *store, struct kv_bytes key);

// Reads when a key expires, TRIO_FOREVER if it does not. Returns false if it is
// not there.
bool kv_store_expiry(struct kv_store *store, struct kv_bytes key,
                     trio_time *ret_expires);

// Sets when a key expires: TRIO_FOREVER for never.
//
// Returns: TRIO_OK      it is set.
//          TRIO_ENOENT  the key is not there.
//          TRIO_ENOMEM  out of memory; nothing changed.
TRIO_MUST_USE trio_status kv_store_set_expiry(struct kv_store *store,
                                              struct kv_bytes key,
                                              trio_time expires);

// Removes all keys.
void kv_store_clear(struct kv_store *store);

// Calls `fn(key, arg)`, which must not change the store, for about `count`
// keys, fewer where the table is sparse, and returns where to go on, 0 if those
// were the last. From 0 to 0 it has told of each key that was there all the
// time, of some perhaps twice.
uint64_t kv_store_scan(struct kv_store *store, uint64_t cursor, size_t count,
                       void (*fn)(struct kv_bytes key, void *arg), void *arg);

// Removes up to `count` keys that have expired; returns how many.
size_t kv_store_collect(struct kv_store *store, size_t count);

#endif // EXAMPLES_KV_SERVER_STORE_H
