// A node is kept whole and compared whole: with hashes alone, two that differ
// could be taken for one, and a history that is linearizable be said not to be.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/history/visited.h"

#include <string.h>

enum { SLOTS_AT_FIRST = 64 };

static uint64_t *words_of(struct visited_node *node)
{
    size_t length = (node->length + sizeof(uint64_t) - 1) / sizeof(uint64_t);

    return (uint64_t *)trio_history_visited_state_(node) + length;
}

static struct visited_node **find(const struct visited *visited, uint64_t hash,
                                  size_t word_count, const void *state)
{
    size_t at = (size_t)hash & visited->mask;

    for (; visited->slots[at] != NULL; at = (at + 1) & visited->mask) {
        struct visited_node *node = visited->slots[at];
        if (node->hash == hash && node->word_count == word_count &&
            memcmp(words_of(node), visited->words,
                   word_count * sizeof(uint64_t)) == 0 &&
            trio_history_states_equal_(
                visited->states, trio_history_visited_state_(node), state))
            break;
    }
    return &visited->slots[at];
}

static bool has_room(const struct visited *visited)
{
    return visited->count < visited->mask / 4 * 3;
}

static bool grow(struct visited *visited, size_t slot_count)
{
    struct visited_node **old = visited->slots;
    struct visited_node **slots =
        trio_history_arena_take_(visited->arena, slot_count, sizeof(*slots));

    if (slots == NULL)
        return false;
    size_t old_count = old == NULL ? 0 : visited->mask + 1;
    visited->slots = slots;
    visited->mask = slot_count - 1;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i] == NULL)
            continue;
        size_t at = (size_t)old[i]->hash & visited->mask;
        while (slots[at] != NULL)
            at = (at + 1) & visited->mask;
        slots[at] = old[i];
    }
    return true;
}

bool trio_history_visited_open_(struct visited *visited, struct arena *arena,
                                const struct states *states,
                                const struct calls *calls)
{
    *visited = (struct visited){.arena = arena, .states = states};
    visited->words = trio_history_arena_take_(
        arena, trio_history_calls_words_(calls), sizeof(*visited->words));
    return visited->words != NULL && grow(visited, SLOTS_AT_FIRST);
}

static struct visited_node *make_node(const struct visited *visited,
                                      uint64_t hash, size_t word_count,
                                      const void *state)
{
    size_t length = trio_history_states_length_(visited->states, state);
    size_t words_size = word_count * sizeof(uint64_t);
    struct visited_node *node = trio_history_arena_take_(
        visited->arena, 1,
        sizeof(*node) + length + sizeof(uint64_t) + words_size);

    if (node == NULL)
        return NULL;
    *node = (struct visited_node){hash, (uint32_t)word_count, (uint32_t)length};
    memcpy(trio_history_visited_state_(node), state, length);
    memcpy(words_of(node), visited->words, words_size);
    return node;
}

trio_status trio_history_visited_add_(struct visited *visited,
                                      const struct calls *calls,
                                      const void *state,
                                      struct visited_node **ret_node)
{
    size_t word_count = trio_history_calls_say_(calls, visited->words);
    uint64_t hash =
        trio_history_hash_(trio_history_states_hash_(visited->states, state),
                           visited->words, word_count * sizeof(uint64_t));

    if (!has_room(visited) && !grow(visited, 2 * (visited->mask + 1)))
        return TRIO_ENOMEM;
    struct visited_node **slot = find(visited, hash, word_count, state);
    if (*slot == NULL) {
        *slot = make_node(visited, hash, word_count, state);
        if (*slot == NULL)
            return TRIO_ENOMEM;
        visited->count++;
        *ret_node = *slot;
        return TRIO_OK;
    }
    *ret_node = *slot;
    return TRIO_EEXIST;
}
