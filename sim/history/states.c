// A model says what a state is, or leaves it to the bytes that are in use. So
// two that are equal need not have the same bytes, but always the same hash.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/history/states.h"

#include <string.h>

struct states trio_history_states_(const struct trio_history_model *model,
                                   size_t operations)
{
    return (struct states){model, model->state_size +
                                      operations * model->state_size_each};
}

size_t trio_history_states_length_(const struct states *states,
                                   const void *state)
{
    if (states->model->length == NULL)
        return states->size;
    size_t length = states->model->length(state);
    TRIO_ASSERT(length <= states->size);
    return length;
}

bool trio_history_states_equal_(const struct states *states, const void *a,
                                const void *b)
{
    if (states->model->equal != NULL)
        return states->model->equal(a, b);
    size_t length = trio_history_states_length_(states, a);
    return length == trio_history_states_length_(states, b) &&
           memcmp(a, b, length) == 0;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

uint64_t trio_history_hash_(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint64_t word;

    for (; size >= sizeof(word); size -= sizeof(word), bytes += sizeof(word)) {
        memcpy(&word, bytes, sizeof(word));
        hash = mix(hash, word);
    }
    word = size;
    memcpy(&word, bytes, size);
    return mix(hash, word);
}

uint64_t trio_history_states_hash_(const struct states *states,
                                   const void *state)
{
    if (states->model->hash != NULL)
        return states->model->hash(state);
    return trio_history_hash_(0, state,
                              trio_history_states_length_(states, state));
}
