// What expires is told with the time that is left, in milliseconds, rounded up:
// nobody has it for a shorter time than here.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/snapshot.h"

#include "examples/kv_server/protocol.h"

static void add_entry(struct kv_buffer *out, const struct kv_entry *entry)
{
    char text[KV_INTEGER_TEXT_MAX];
    struct kv_bytes words[] = {{"SET", 3},
                               kv_entry_key(entry),
                               kv_entry_value(entry),
                               {"PX", 2},
                               {NULL, 0}};
    trio_duration left;

    if (entry->expires == TRIO_FOREVER) {
        kv_request_add(out, words, 3);
        return;
    }
    left = entry->expires - trio_now();
    if (left <= 0)
        return;
    words[4] = kv_bytes_from_integer((left + TRIO_MS - 1) / TRIO_MS, text);
    kv_request_add(out, words, 5);
}

void kv_snapshot_add(struct kv_buffer *out, const struct kv_store *store)
{
    static const struct kv_bytes clear = {"FLUSHALL", 8};

    kv_request_add(out, &clear, 1);
    for (size_t i = 0; i < store->table.buckets; i++) {
        const struct kv_entry *entry = kv_table_bucket(&store->table, i);
        for (; entry != NULL; entry = entry->next)
            add_entry(out, entry);
    }
}
