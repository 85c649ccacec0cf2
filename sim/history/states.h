// The states of a model, as bytes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_STATES_H
#define TRIO_SIM_HISTORY_STATES_H

#include <trio/history.h>

struct states {
    const struct trio_history_model *model;
    size_t size; // Bytes of each.
};

// What a search of so many operations needs.
struct states trio_history_states_(const struct trio_history_model *model,
                                   size_t operations);

// Returns how many bytes of a state are in use.
size_t trio_history_states_length_(const struct states *states,
                                   const void *state);

bool trio_history_states_equal_(const struct states *states, const void *a,
                                const void *b);
uint64_t trio_history_states_hash_(const struct states *states,
                                   const void *state);

// Adds `size` bytes to a hash.
uint64_t trio_history_hash_(uint64_t hash, const void *data, size_t size);

#endif // TRIO_SIM_HISTORY_STATES_H
