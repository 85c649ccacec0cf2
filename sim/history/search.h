// The search for an order of the operations of one key that explains them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_HISTORY_SEARCH_H
#define TRIO_SIM_HISTORY_SEARCH_H

#include "sim/history/keys.h"

// What to search, and what came of it.
struct search_of {
    const struct trio_history *history;
    const struct keys *keys;
    uint32_t first;    // Operation of the key.
    uint32_t end;      // The last event that counts.
    size_t states;     // That it has looked at.
    uint32_t furthest; // With TRIO_ECONTRACT: a prefix that ends before this
                       // event can be explained.
};

// Searches.
//
// TRIO_OK: there is an order. TRIO_ECONTRACT: there is none. TRIO_ETRUNCATED:
// too many states. TRIO_ENOMEM.
TRIO_MUST_USE trio_status trio_history_search_(struct search_of *of);

#endif // TRIO_SIM_HISTORY_SEARCH_H
