// Both are written before anybody else has a turn.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/history/store.h"

trio_status store_write(struct store *store, int64_t value)
{
    store->value = value;
    store->copy = value;
    return trio_checkpoint();
}

trio_status store_read(struct store *store, int64_t *ret_value)
{
    *ret_value = store->copy;
    return trio_checkpoint();
}
