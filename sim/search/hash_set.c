// A set is an array of slots, and a number is in the first slot from the one
// that its low bits name which holds it or is free. A quarter of the slots
// stays free, so that this search is short and always ends; what a set that
// full does not know, it never will.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/search.h"

#include <string.h>

void trio_sim_set_clear_(struct hash_set *set)
{
    TRIO_ASSERT((set->slot_count & (set->slot_count - 1)) == 0);
    if (set->count > 0)
        memset(set->slots, 0, set->slot_count * sizeof(set->slots[0]));
    set->count = 0;
}

bool trio_sim_set_add_(struct hash_set *set, uint64_t hash)
{
    size_t mask = set->slot_count - 1;
    size_t at = (size_t)hash & mask;

    if (hash == 0)
        hash = 1; // Zero is a free slot.
    while (set->slots[at] != 0) {
        if (set->slots[at] == hash)
            return false;
        at = (at + 1) & mask;
    }
    if (set->count >= set->slot_count / 4 * 3)
        return false;
    set->slots[at] = hash;
    set->count++;
    return true;
}
