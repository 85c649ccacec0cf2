// A value that is kept twice.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef EXAMPLES_HISTORY_STORE_H
#define EXAMPLES_HISTORY_STORE_H

#include <trio/trio.h>

struct store {
    int64_t value;
    int64_t copy;
    struct trio_nursery *copying; // For the tasks that copy.
};

// Writes the value, and has it copied soon after. Reads it.
TRIO_CHECKPOINT trio_status store_write(struct store *store, int64_t value);
TRIO_CHECKPOINT trio_status store_read(struct store *store, int64_t *ret_value);

#endif // EXAMPLES_HISTORY_STORE_H
