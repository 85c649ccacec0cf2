// Who reads asks the copy, which may be behind.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "examples/history/store.h"

static TRIO_CHECKPOINT trio_status copy(void *arg)
{
    struct store *store = arg;

    store->copy = store->value;
    return TRIO_OK;
}

trio_status store_write(struct store *store, int64_t value)
{
    static const struct trio_task_options copier = {.name = "copier"};

    store->value = value;
    trio_status rc =
        trio_nursery_start_soon_with(store->copying, &copier, copy, store);
    if (rc == TRIO_OK)
        rc = trio_checkpoint(); // It is on its way.
    return rc;
}

trio_status store_read(struct store *store, int64_t *ret_value)
{
    *ret_value = store->copy;
    return trio_checkpoint();
}
