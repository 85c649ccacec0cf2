// Linear hashing. Between two powers of two there is any number of buckets:
// those whose turn has come are split already, the others are not. Adding an
// entry splits at most one, so that no command ever waits for the whole table
// to be put into a larger one.
//
// Buckets do not move either. They lie in segments, each as large as all before
// it together, the first two of FIRST.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/table.h"

#include <trio/base.h>

#define FIRST 64
#define FIRST_BITS 6

static size_t segment_size(size_t segment)
{
    return segment == 0 ? FIRST : (size_t)FIRST << (segment - 1);
}

static inline struct kv_entry **bucket_at(const struct kv_table *table,
                                          size_t bucket)
{
    if (bucket < FIRST)
        return &table->segments[0][bucket];
    int bits = 63 - __builtin_clzll(bucket);
    return &table
                ->segments[bits - FIRST_BITS + 1][bucket - ((size_t)1 << bits)];
}

static bool add_segment(struct kv_table *table, size_t segment)
{
    size_t size = segment_size(segment) * sizeof(struct kv_entry *);
    void *block;

    if (segment == KV_TABLE_SEGMENTS_MAX)
        return false;
    block = table->memory->allocate(table->memory->context, size);
    if (block == NULL)
        return false;
    memset(block, 0, size);
    table->segments[segment] = block;
    return true;
}

bool kv_table_open(struct kv_table *ret_table, const struct trio_memory *memory)
{
    *ret_table =
        (struct kv_table){.memory = memory, .buckets = FIRST, .whole = FIRST};
    return add_segment(ret_table, 0);
}

void kv_table_close(struct kv_table *table)
{
    for (size_t i = 0; i < KV_TABLE_SEGMENTS_MAX; i++)
        if (table->segments[i] != NULL)
            table->memory->release(table->memory->context, table->segments[i],
                                   segment_size(i) * sizeof(struct kv_entry *));
}

// Returns the bucket of a hash: by one bit more where that was split already.
static inline size_t bucket_of(const struct kv_table *table, uint64_t hash)
{
    size_t bucket = hash & (2 * table->whole - 1);
    return bucket < table->buckets ? bucket : hash & (table->whole - 1);
}

struct kv_entry **kv_table_find(struct kv_table *table, struct kv_bytes key,
                                uint64_t hash)
{
    struct kv_entry **link = bucket_at(table, bucket_of(table, hash));

    while (*link != NULL &&
           ((*link)->hash != hash || !kv_bytes_equal(kv_entry_key(*link), key)))
        link = &(*link)->next;
    return link;
}

// Splits the bucket whose turn it is.
static void split(struct kv_table *table)
{
    size_t last = table->buckets;
    int bits = 63 - __builtin_clzll(last);
    size_t segment = (size_t)(bits - FIRST_BITS + 1);

    if (table->segments[segment] == NULL && !add_segment(table, segment))
        return; // Some other time.
    struct kv_entry **stay = bucket_at(table, last - table->whole);
    struct kv_entry **move = bucket_at(table, last);
    while (*stay != NULL) {
        struct kv_entry *entry = *stay;
        if ((entry->hash & table->whole) == 0) {
            stay = &entry->next;
            continue;
        }
        *stay = entry->next;
        entry->next = NULL;
        *move = entry;
        move = &entry->next;
    }
    table->buckets++;
    if (table->buckets == 2 * table->whole)
        table->whole = table->buckets;
}

void kv_table_add(struct kv_table *table, struct kv_entry *entry)
{
    if (table->entries >= table->buckets)
        split(table);
    struct kv_entry **link = bucket_at(table, bucket_of(table, entry->hash));
    entry->next = *link;
    *link = entry;
    table->entries++;
}

void kv_table_remove(struct kv_table *table, struct kv_entry **link)
{
    *link = (*link)->next;
    table->entries--;
}

struct kv_entry *kv_table_bucket(const struct kv_table *table, size_t bucket)
{
    return *bucket_at(table, bucket);
}
