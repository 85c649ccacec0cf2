// An entry is in the table for as long as its block exists, and among those
// that expire if it does. Every function looks an entry up by `find`, which
// removes one that has expired: so none is ever seen after its time, however
// late it would have been collected.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/store.h"

#include <trio/random.h>

// How many buckets a scan looks into for each key that it is to find.
#define BUCKETS_PER_KEY 16

static size_t entry_size(const struct kv_entry *entry)
{
    return sizeof(*entry) + entry->key_length + entry->value_room;
}

static void free_entry(struct kv_store *store, struct kv_entry *entry)
{
    kv_expiry_set(&store->expiry, entry, TRIO_FOREVER);
    store->bytes -= entry_size(entry);
    store->memory->release(store->memory->context, entry, entry_size(entry));
}

trio_status kv_store_open(struct kv_store *ret_store, size_t bytes_max)
{
    *ret_store =
        (struct kv_store){.memory = trio_run_memory(), .bytes_max = bytes_max};
    ret_store->expiry.memory = ret_store->memory;
    ret_store->seed[0] = trio_random_u64();
    ret_store->seed[1] = trio_random_u64();
    return kv_table_open(&ret_store->table, ret_store->memory) ? TRIO_OK
                                                               : TRIO_ENOMEM;
}

void kv_store_close(struct kv_store *store)
{
    kv_store_clear(store);
    kv_table_close(&store->table);
    kv_expiry_close(&store->expiry);
}

size_t kv_store_count(const struct kv_store *store)
{
    return store->table.entries;
}

static void remove_link(struct kv_store *store, struct kv_entry **link)
{
    struct kv_entry *entry = *link;

    kv_table_remove(&store->table, link);
    free_entry(store, entry);
}

static void expire(struct kv_store *store, struct kv_entry **link)
{
    if (store->on_expired != NULL)
        store->on_expired(store->on_expired_arg, kv_entry_key(*link));
    remove_link(store, link);
    store->expired++;
}

static bool has_expired(const struct kv_store *store,
                        const struct kv_entry *entry)
{
    return !store->keeps_expired && entry->expires != TRIO_FOREVER &&
           entry->expires <= trio_now();
}

// Returns the link that holds the entry of a key, or one that holds NULL.
static struct kv_entry **find(struct kv_store *store, struct kv_bytes key,
                              uint64_t hash)
{
    struct kv_entry **link = kv_table_find(&store->table, key, hash);

    if (*link == NULL || !has_expired(store, *link))
        return link;
    expire(store, link);
    return kv_table_find(&store->table, key, hash);
}

static struct kv_entry **find_key(struct kv_store *store, struct kv_bytes key)
{
    return find(store, key, kv_bytes_hash(key, store->seed));
}

bool kv_store_get(struct kv_store *store, struct kv_bytes key,
                  struct kv_bytes *ret_value)
{
    const struct kv_entry *entry = *find_key(store, key);

    if (entry == NULL)
        return false;
    *ret_value = kv_entry_value(entry);
    return true;
}

// Makes an entry with room for a value and a little more.
static trio_status make_entry(struct kv_store *store, struct kv_bytes key,
                              uint64_t hash, size_t value_length,
                              struct kv_entry **ret_entry)
{
    size_t size = sizeof(struct kv_entry) + key.length + value_length;
    struct kv_entry *entry;

    size = (size + 15) & ~(size_t)15; // An allocator would do so anyhow.
    if (size > UINT32_MAX || size > store->bytes_max ||
        store->bytes > store->bytes_max - size)
        return TRIO_ENOBUFS;
    entry = store->memory->allocate(store->memory->context, size);
    if (entry == NULL)
        return TRIO_ENOMEM;
    entry->hash = hash;
    entry->expires = TRIO_FOREVER;
    entry->key_length = (uint32_t)key.length;
    entry->value_room = (uint32_t)(size - sizeof(*entry) - key.length);
    memcpy(entry->bytes, key.data, key.length);
    store->bytes += size;
    *ret_entry = entry;
    return TRIO_OK;
}

static void write_value(struct kv_entry *entry, struct kv_bytes value)
{
    memcpy(entry->bytes + entry->key_length, value.data, value.length);
    entry->value_length = (uint32_t)value.length;
}

// Says whether a value may be written over the one of an entry: it fits, and
// leaves not too much of it unused.
static bool is_of_size(const struct kv_entry *entry, size_t length)
{
    return length <= entry->value_room && entry->value_room - length < 64;
}

// Sets the value of the entry that `link` holds, NULL if there is none yet.
static trio_status set_at(struct kv_store *store, struct kv_entry **link,
                          struct kv_bytes key, uint64_t hash,
                          struct kv_bytes value, trio_time expires)
{
    struct kv_entry *entry = *link;

    if (expires != TRIO_FOREVER && !kv_expiry_reserve(&store->expiry))
        return TRIO_ENOMEM;
    if (entry == NULL || !is_of_size(entry, value.length)) {
        trio_status rc = make_entry(store, key, hash, value.length, &entry);
        if (rc != TRIO_OK)
            return rc;
        if (*link != NULL)
            remove_link(store, link);
        kv_table_add(&store->table, entry);
    }
    write_value(entry, value);
    kv_expiry_set(&store->expiry, entry, expires);
    return TRIO_OK;
}

trio_status kv_store_set(struct kv_store *store, struct kv_bytes key,
                         struct kv_bytes value, trio_time expires)
{
    uint64_t hash = kv_bytes_hash(key, store->seed);
    return set_at(store, find(store, key, hash), key, hash, value, expires);
}

trio_status kv_store_add(struct kv_store *store, struct kv_bytes key,
                         int64_t summand, int64_t *ret_value)
{
    uint64_t hash = kv_bytes_hash(key, store->seed);
    struct kv_entry **link = find(store, key, hash);
    trio_time expires = *link != NULL ? (*link)->expires : TRIO_FOREVER;
    char text[KV_INTEGER_TEXT_MAX];
    int64_t value = 0;

    if (*link != NULL && !kv_bytes_to_integer(kv_entry_value(*link), &value))
        return TRIO_EINVAL;
    if (__builtin_add_overflow(value, summand, &value))
        return TRIO_EMSGSIZE;
    trio_status rc = set_at(store, link, key, hash,
                            kv_bytes_from_integer(value, text), expires);
    if (rc == TRIO_OK)
        *ret_value = value;
    return rc;
}

bool kv_store_remove(struct kv_store *store, struct kv_bytes key)
{
    struct kv_entry **link = find_key(store, key);

    if (*link == NULL)
        return false;
    remove_link(store, link);
    return true;
}

void kv_store_clear(struct kv_store *store)
{
    for (size_t i = 0; i < store->table.buckets; i++) {
        struct kv_entry *entry;
        while ((entry = kv_table_bucket(&store->table, i)) != NULL)
            remove_link(store, kv_table_find(&store->table, kv_entry_key(entry),
                                             entry->hash));
    }
}

bool kv_store_expiry(struct kv_store *store, struct kv_bytes key,
                     trio_time *ret_expires)
{
    const struct kv_entry *entry = *find_key(store, key);

    if (entry != NULL)
        *ret_expires = entry->expires;
    return entry != NULL;
}

trio_status kv_store_set_expiry(struct kv_store *store, struct kv_bytes key,
                                trio_time expires)
{
    struct kv_entry *entry = *find_key(store, key);

    if (entry == NULL)
        return TRIO_ENOENT;
    if (expires != TRIO_FOREVER && !kv_expiry_reserve(&store->expiry))
        return TRIO_ENOMEM;
    kv_expiry_set(&store->expiry, entry, expires);
    return TRIO_OK;
}

uint64_t kv_store_scan(struct kv_store *store, uint64_t cursor, size_t count,
                       void (*fn)(struct kv_bytes key, void *arg), void *arg)
{
    uint64_t last = cursor + BUCKETS_PER_KEY * (uint64_t)count;
    size_t told = 0;

    for (; cursor < store->table.buckets && told < count && cursor < last;
         cursor++) {
        const struct kv_entry *entry = kv_table_bucket(&store->table, cursor);
        for (; entry != NULL; entry = entry->next) {
            if (has_expired(store, entry))
                continue;
            fn(kv_entry_key(entry), arg);
            told++;
        }
    }
    return cursor < store->table.buckets ? cursor : 0;
}

size_t kv_store_collect(struct kv_store *store, size_t count)
{
    size_t removed = 0;

    for (; removed < count; removed++) {
        struct kv_entry *entry = kv_expiry_first(&store->expiry);
        if (entry == NULL || !has_expired(store, entry))
            break;
        expire(store,
               kv_table_find(&store->table, kv_entry_key(entry), entry->hash));
    }
    return removed;
}
