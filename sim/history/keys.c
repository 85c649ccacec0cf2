// While the chains are made, a table of twice the size has the last operation
// of each key, so that one look appends to its chain.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/history/keys.h"

struct tails {
    uint32_t *slots; // The last operation of a key, plus 1; 0: free.
    size_t mask;
};

// Returns the slot of a key, or the free one that it would have.
static uint32_t *find(const struct tails *tails,
                      const struct trio_history *history, int64_t key)
{
    uint64_t hash = (uint64_t)key * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(hash >> 32) & tails->mask;

    while (tails->slots[at] != 0 && history->model->by_key &&
           history->operations[tails->slots[at] - 1].call.key != key)
        at = (at + 1) & tails->mask;
    return &tails->slots[at];
}

static void append(struct keys *keys, const struct tails *tails,
                   const struct trio_history *history, uint32_t id)
{
    // Without keys, all go where the first one went.
    int64_t key = history->model->by_key ? history->operations[id].call.key : 0;
    uint32_t *tail = find(tails, history, key);

    if (*tail == 0)
        keys->firsts[keys->count++] = id;
    else
        keys->nexts[*tail - 1] = id;
    keys->nexts[id] = NO_OPERATION;
    *tail = id + 1;
}

bool trio_history_keys_open_(struct keys *keys, struct arena *arena,
                             const struct trio_history *history)
{
    struct tails tails = {.mask = 1};

    while (tails.mask < 2 * history->count)
        tails.mask = 2 * tails.mask + 1;
    tails.slots =
        trio_history_arena_take_(arena, tails.mask + 1, sizeof(*tails.slots));
    keys->count = 0;
    keys->firsts =
        trio_history_arena_take_(arena, history->count, sizeof(*keys->firsts));
    keys->nexts =
        trio_history_arena_take_(arena, history->count, sizeof(*keys->nexts));
    if (tails.slots == NULL || keys->firsts == NULL || keys->nexts == NULL)
        return false;
    for (size_t id = 0; id < history->count; id++)
        if (!history->operations[id].failed)
            append(keys, &tails, history, (uint32_t)id);
    return true;
}
