// Work of two classes that exclude each other: the first of a class takes the
// exclusion for all of it, the last gives it back, and a lock guards the
// counts. Who waits for the exclusion with that lock in hand keeps the last one
// of the other class from giving it back.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

struct classes {
    struct trio_lock counts_lock;
    struct trio_lock exclusion;
    int counts[2];
};

struct worker {
    struct classes *classes;
    int *count; // Of its class.
};

static TRIO_CHECKPOINT trio_status enter(struct worker *worker)
{
    trio_status rc = bugs_mutex_lock(&worker->classes->counts_lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(worker->count, TRIO_ACCESS_WRITE);
    if (++*worker->count == 1)
        rc = bugs_mutex_lock(&worker->classes->exclusion);
    trio_lock_release(&worker->classes->counts_lock);
    return rc;
}

static TRIO_CHECKPOINT trio_status leave(struct worker *worker)
{
    trio_status rc = bugs_mutex_lock(&worker->classes->counts_lock);

    TRIO_SIM_POINT(worker->count, TRIO_ACCESS_WRITE);
    if (--*worker->count == 0)
        trio_lock_release(&worker->classes->exclusion);
    if (rc == TRIO_OK)
        trio_lock_release(&worker->classes->counts_lock);
    return rc;
}

static TRIO_CHECKPOINT trio_status work(void *arg)
{
    struct worker *worker = arg;

    bugs_start_thread();
    trio_status rc = enter(worker);
    return rc == TRIO_OK ? leave(worker) : rc;
}

TRIO_SCENARIO(carter, .order = TRIO_SIM_SOFT,
              .witness = "main first*4 second*4")
{
    struct classes classes = {TRIO_LOCK_INIT, TRIO_LOCK_INIT, {0, 0}};
    struct worker first = {&classes, &classes.counts[0]};
    struct worker second = {&classes, &classes.counts[1]};

    (void)arg;
    trio_sim_name(&classes.counts_lock, "counts lock");
    trio_sim_name(&classes.exclusion, "exclusion");
    trio_sim_name(&classes.counts[0], "first count");
    trio_sim_name(&classes.counts[1], "second count");
    return bugs_run((struct bugs_tasks[]){
        {.name = "first", .fn = work, .arg = &first},
        {.name = "second", .fn = work, .arg = &second},
        {.name = NULL},
    });
}
