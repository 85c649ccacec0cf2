// A bug's tasks all take the same steps before it begins, so that what makes it
// fail does not depend on how many these are.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

unsigned bugs_soft_points;
enum bugs_change bugs_change;

static TRIO_PARKS void step_aside(void)
{
    char unrelated = 0;

    if (bugs_change == BUGS_SOFT_POINT) {
        TRIO_SIM_POINT(&unrelated, TRIO_ACCESS_WRITE);
    } else if (bugs_change == BUGS_CHECKPOINT) {
        trio_touch(&unrelated, TRIO_ACCESS_WRITE);
        trio_cancel_shielded_checkpoint();
    }
}

void bugs_start(void)
{
    step_aside();
    for (unsigned i = 0; i < bugs_soft_points; i++)
        trio_cancel_shielded_checkpoint();
}

void bugs_start_thread(void)
{
    char own = 0;

    step_aside();
    for (unsigned i = 0; i < bugs_soft_points; i++)
        TRIO_SIM_POINT(&own, TRIO_ACCESS_WRITE);
}

static trio_status start_kind(struct trio_nursery *nursery,
                              const struct bugs_tasks *kind)
{
    struct trio_task_options options = {.name = kind->name};
    char *arg = kind->arg;
    size_t i = 0;
    trio_status rc;

    do {
        rc = trio_nursery_start_soon_with(nursery, &options, kind->fn, arg);
        if (kind->stride > 0)
            arg += kind->stride;
    } while (rc == TRIO_OK && ++i < kind->count);
    return rc;
}

trio_status bugs_run(const struct bugs_tasks *tasks)
{
    struct trio_nursery nursery;
    trio_status rc = TRIO_OK;

    trio_nursery_open(&nursery);
    for (; rc == TRIO_OK && tasks->name != NULL; tasks++)
        rc = start_kind(&nursery, tasks);
    return trio_nursery_close(&nursery, rc);
}

trio_status bugs_mutex_lock(struct trio_lock *lock)
{
    TRIO_SIM_POINT(lock, TRIO_ACCESS_ACQUIRE);
    if (trio_lock_try_acquire(lock))
        return TRIO_OK;
    return trio_lock_acquire(lock);
}
