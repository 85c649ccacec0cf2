// What a search has visited: nodes, each of which is the operations that were
// taken and the state that they led to.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_VISITED_H
#define TRIO_SIM_HISTORY_VISITED_H

#include "sim/history/arena.h"
#include "sim/history/calls.h"
#include "sim/history/states.h"

struct visited_node {
    uint64_t hash;
    uint32_t word_count; // Of what was taken; they come after the state.
    uint32_t length;     // Of the state, in bytes.
};

struct visited {
    struct arena *arena;
    const struct states *states;
    struct visited_node **slots; // By hash; NULL: free.
    size_t mask;
    size_t count;
    uint64_t *words; // Room to say what is taken.
};

// Returns false if there is no memory.
TRIO_MUST_USE bool trio_history_visited_open_(struct visited *visited,
                                              struct arena *arena,
                                              const struct states *states,
                                              const struct calls *calls);

// Adds a node, which is then at `*ret_node`.
//
// TRIO_OK: it is new. TRIO_EEXIST: it was there. TRIO_ENOMEM.
TRIO_MUST_USE trio_status
trio_history_visited_add_(struct visited *visited, const struct calls *calls,
                          const void *state, struct visited_node **ret_node);

// Returns the state of a node.
static inline void *trio_history_visited_state_(struct visited_node *node)
{
    return node + 1;
}

#endif // TRIO_SIM_HISTORY_VISITED_H
