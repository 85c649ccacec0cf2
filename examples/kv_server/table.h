// A hash table of entries that grows without a pause.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_KV_SERVER_TABLE_H
#define EXAMPLES_KV_SERVER_TABLE_H

#include <trio/backend.h>
#include <trio/time.h>

#include "examples/kv_server/bytes.h"

#define KV_TABLE_SEGMENTS_MAX 40

// A `kv_entry` is a key and its value in one block.
struct kv_entry {
    struct kv_entry *next; // In its bucket.
    uint64_t hash;         // Of the key.
    trio_time expires;     // TRIO_FOREVER: does not.
    size_t place;          // Among those that expire.
    uint32_t key_length;
    uint32_t value_length;
    uint32_t value_room;
    char bytes[]; // The key, then the value.
};

static inline struct kv_bytes kv_entry_key(const struct kv_entry *entry)
{
    return (struct kv_bytes){entry->bytes, entry->key_length};
}

static inline struct kv_bytes kv_entry_value(const struct kv_entry *entry)
{
    return (struct kv_bytes){entry->bytes + entry->key_length,
                             entry->value_length};
}

// A `kv_table` finds entries by their key. It does not own them. Zero is not
// valid.
struct kv_table {
    const struct trio_memory *memory;
    size_t entries;
    size_t buckets; // In use.
    size_t whole;   // The largest power of two that is not more than that.
    struct kv_entry **segments[KV_TABLE_SEGMENTS_MAX]; // See table.c.
};

// Makes an empty table. Returns false if there is no memory.
bool kv_table_open(struct kv_table *ret_table,
                   const struct trio_memory *memory);
void kv_table_close(struct kv_table *table);

// Returns the link that holds the entry with this key, or one that holds NULL.
struct kv_entry **kv_table_find(struct kv_table *table, struct kv_bytes key,
                                uint64_t hash);

// Adds an entry whose key is not in the table. Cannot fail: without memory for
// more buckets they grow longer.
void kv_table_add(struct kv_table *table, struct kv_entry *entry);

// Takes out the entry that a link holds.
void kv_table_remove(struct kv_table *table, struct kv_entry **link);

// Returns the first entry of a bucket, from 0 on. While a table only grows, an
// entry never moves to a lower bucket: whoever goes through them upwards meets
// all that are there all the time, some perhaps twice.
struct kv_entry *kv_table_bucket(const struct kv_table *table, size_t bucket);

#endif // EXAMPLES_KV_SERVER_TABLE_H
