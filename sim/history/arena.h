// The memory of one search: taken piece by piece, given back at once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_ARENA_H
#define TRIO_SIM_HISTORY_ARENA_H

#include <trio/backend.h>

struct arena_chunk;

struct arena {
    const struct trio_memory *memory;
    struct arena_chunk *chunk; // The last; the others follow it.
};

// Returns `count` items of `size` bytes, zeroed and aligned as by malloc; NULL:
// there is no memory, and what was taken before stays.
void *trio_history_arena_take_(struct arena *arena, size_t count, size_t size);

// Gives everything back.
void trio_history_arena_end_(struct arena *arena);

#endif // TRIO_SIM_HISTORY_ARENA_H
