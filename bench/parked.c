// SPDX-License-Identifier: MIT OR Apache-2.0
// The opening task never waits while the others do, but only yields: so the run
// has something to do at all times and is never found deadlocked.

#include "bench/parked.h"

static TRIO_CHECKPOINT trio_status wait_for_the_end(void *arg)
{
    size_t *waiting = arg;

    ++*waiting;
    return trio_sleep_forever();
}

static TRIO_CHECKPOINT trio_status create(struct parked *parked,
                                          struct trio_nursery *nursery,
                                          size_t *waiting)
{
    struct trio_task_options options = {.stack_size = parked->stack_size};
    trio_status rc = TRIO_OK;

    for (size_t i = 0; i < parked->count && rc == TRIO_OK; i++)
        rc = trio_nursery_start_soon_with(nursery, &options, wait_for_the_end,
                                          waiting);
    while (rc == TRIO_OK && parked->run && *waiting < parked->count)
        rc = trio_checkpoint();
    return rc;
}

trio_status parked_run(struct parked *parked)
{
    struct trio_nursery nursery;
    size_t waiting = 0;

    trio_nursery_open(&nursery);
    parked->before = meter_memory_now();
    double start = meter_cpu_ns();
    trio_status rc = create(parked, &nursery, &waiting);
    parked->create_ns = (meter_cpu_ns() - start) / (double)parked->count;
    parked->after = meter_memory_now();
    start = meter_cpu_ns();
    trio_cancel_scope_cancel(trio_nursery_cancel_scope(&nursery), NULL);
    rc = trio_nursery_close(&nursery, rc);
    parked->cancel_ns = (meter_cpu_ns() - start) / (double)parked->count;
    return rc;
}

double parked_resident_each(const struct parked *parked)
{
    return (parked->after.resident - parked->before.resident) /
           (double)parked->count;
}

double parked_page_tables_each(const struct parked *parked)
{
    return (parked->after.page_tables - parked->before.page_tables) /
           (double)parked->count;
}
