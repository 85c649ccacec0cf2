// A binary heap in which each entry knows its place, so that any can be taken
// out. An entry is in it exactly if `expires` is not TRIO_FOREVER.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/kv_server/expiry.h"

#include <trio/base.h>

#define ROOM_MIN 64

void kv_expiry_close(struct kv_expiry *expiry)
{
    if (expiry->heap != NULL)
        expiry->memory->release(expiry->memory->context, expiry->heap,
                                expiry->room * sizeof(struct kv_entry *));
}

bool kv_expiry_reserve(struct kv_expiry *expiry)
{
    size_t room = expiry->room > 0 ? 2 * expiry->room : ROOM_MIN;
    struct kv_expiry larger = *expiry;

    if (expiry->count < expiry->room)
        return true;
    larger.heap = expiry->memory->allocate(expiry->memory->context,
                                           room * sizeof(struct kv_entry *));
    if (larger.heap == NULL)
        return false;
    if (expiry->count > 0)
        memcpy(larger.heap, expiry->heap,
               expiry->count * sizeof(struct kv_entry *));
    larger.room = room;
    kv_expiry_close(expiry);
    *expiry = larger;
    return true;
}

static void put(struct kv_expiry *expiry, struct kv_entry *entry, size_t place)
{
    expiry->heap[place] = entry;
    entry->place = place;
}

// Puts an entry at `place`, or as far up from there as it belongs.
static void put_upwards(struct kv_expiry *expiry, struct kv_entry *entry,
                        size_t place)
{
    while (place > 0 &&
           expiry->heap[(place - 1) / 2]->expires > entry->expires) {
        put(expiry, expiry->heap[(place - 1) / 2], place);
        place = (place - 1) / 2;
    }
    put(expiry, entry, place);
}

// Puts an entry at `place`, or as far up or down from there as it belongs.
static void settle(struct kv_expiry *expiry, struct kv_entry *entry,
                   size_t place)
{
    for (;;) {
        size_t child = 2 * place + 1;
        if (child + 1 < expiry->count &&
            expiry->heap[child + 1]->expires < expiry->heap[child]->expires)
            child++;
        if (child >= expiry->count ||
            expiry->heap[child]->expires >= entry->expires)
            break;
        put(expiry, expiry->heap[child], place);
        place = child;
    }
    put_upwards(expiry, entry, place);
}

void kv_expiry_set(struct kv_expiry *expiry, struct kv_entry *entry,
                   trio_time expires)
{
    bool was_in = entry->expires != TRIO_FOREVER;

    entry->expires = expires;
    if (was_in && expires != TRIO_FOREVER) {
        settle(expiry, entry, entry->place);
    } else if (was_in) {
        struct kv_entry *last = expiry->heap[--expiry->count];
        if (last != entry)
            settle(expiry, last, entry->place);
    } else if (expires != TRIO_FOREVER) {
        TRIO_ASSERT(expiry->count < expiry->room);
        put_upwards(expiry, entry, expiry->count++);
    }
}

struct kv_entry *kv_expiry_first(const struct kv_expiry *expiry)
{
    return expiry->count > 0 ? expiry->heap[0] : NULL;
}
