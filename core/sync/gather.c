// Each task that ends well starts its successor: so there are never more than
// at the beginning, and nobody has to wait for one of them to end.
//
// A task takes its item when it first runs, not when it is started. What was
// started but is cancelled before has taken none, and its item is one that was
// not begun, like those for which no task was started at all.
//
// This file uses public headers only, as any primitive of yours could.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/gather.h>

#include <trio/task.h>

struct gather {
    struct trio_nursery nursery;
    unsigned char *items;
    size_t count;
    size_t size;
    struct trio_gather_options options;
    trio_task_fn fn;
    size_t started; // Tasks so far,
    size_t taken;   // and those that took an item.
};

static TRIO_CHECKPOINT trio_status run_next(void *arg);

static TRIO_MUST_USE trio_status start_next(struct gather *gather)
{
    trio_status rc = trio_nursery_start_soon_with(
        &gather->nursery, gather->options.task, run_next, gather);
    gather->started += rc == TRIO_OK;
    return rc;
}

static trio_status run_next(void *arg)
{
    struct gather *gather = arg;

    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;

    size_t index = gather->taken++;
    rc = gather->fn(gather->items + index * gather->size);
    if (gather->options.statuses != NULL)
        gather->options.statuses[index] = rc;
    if (gather->options.keep_going && trio_is_failure(rc))
        rc = TRIO_OK;
    if (rc != TRIO_OK || gather->started == gather->count)
        return rc;
    return start_next(gather);
}

trio_status trio_gather(void *items, size_t count, size_t size,
                        const struct trio_gather_options *options,
                        trio_task_fn fn)
{
    TRIO_REQUIRE(fn);
    struct gather gather = {
        .items = items, .count = count, .size = size, .fn = fn};

    if (options != NULL)
        gather.options = *options;
    if (gather.options.limit == 0 || gather.options.limit > count)
        gather.options.limit = count;
    if (gather.options.statuses != NULL)
        for (size_t i = 0; i < count; i++)
            gather.options.statuses[i] = TRIO_ENOTSTARTED;

    trio_status rc = trio_checkpoint_if_cancelled();
    if (rc != TRIO_OK)
        return rc;
    trio_nursery_open(&gather.nursery);
    while (rc == TRIO_OK && gather.started < gather.options.limit)
        rc = start_next(&gather);
    return trio_nursery_close(&gather.nursery, rc);
}
