// The operations of a history by their keys.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_KEYS_H
#define TRIO_SIM_HISTORY_KEYS_H

#include <trio/history.h>

#include "sim/history/arena.h"

enum { NO_OPERATION = UINT32_MAX };

// Of each key a chain of operations, in the order of invocation. Operations
// that failed are in none.
struct keys {
    uint32_t *firsts; // Of each key.
    size_t count;     // Keys.
    uint32_t *nexts;  // By operation.
};

// Returns false if there is no memory.
TRIO_MUST_USE bool trio_history_keys_open_(struct keys *keys,
                                           struct arena *arena,
                                           const struct trio_history *history);

#endif // TRIO_SIM_HISTORY_KEYS_H
