// Two stages, each under a lock of its own, and nothing over both: who looks
// between them sees half of the work. With many who do it, the reader has to
// come second to the first lock and first to the second.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

struct stages {
    struct trio_lock first_lock;
    struct trio_lock second_lock;
    int first;
    int second;
};

static TRIO_CHECKPOINT trio_status write_stages(void *arg)
{
    struct stages *stages = arg;

    bugs_start_thread();
    trio_status rc = bugs_mutex_lock(&stages->first_lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(&stages->first, TRIO_ACCESS_WRITE);
    stages->first = 1;
    trio_lock_release(&stages->first_lock);

    rc = bugs_mutex_lock(&stages->second_lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(&stages->second, TRIO_ACCESS_WRITE);
    stages->second = stages->first + 1;
    trio_lock_release(&stages->second_lock);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status read_stages(void *arg)
{
    struct stages *stages = arg;

    bugs_start_thread();
    trio_status rc = bugs_mutex_lock(&stages->first_lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(&stages->first, TRIO_ACCESS_READ);
    int first = stages->first;
    trio_lock_release(&stages->first_lock);
    if (first == 0)
        return TRIO_OK;

    rc = bugs_mutex_lock(&stages->second_lock);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(&stages->second, TRIO_ACCESS_READ);
    TRIO_SIM_ALWAYS(stages->second == first + 1, "both stages or none");
    trio_lock_release(&stages->second_lock);
    return TRIO_OK;
}

static TRIO_PARKS trio_status twostage_of(size_t tasks)
{
    struct stages stages = {TRIO_LOCK_INIT, TRIO_LOCK_INIT, 0, 0};

    trio_sim_name(&stages.first_lock, "first lock");
    trio_sim_name(&stages.second_lock, "second lock");
    trio_sim_name(&stages.first, "first");
    trio_sim_name(&stages.second, "second");
    return bugs_run((struct bugs_tasks[]){
        {.name = "writer",
         .fn = write_stages,
         .arg = &stages,
         .count = tasks - 1},
        {.name = "reader", .fn = read_stages, .arg = &stages},
        {.name = NULL},
    });
}

#define TWOSTAGE(name, tasks)                                                  \
    TRIO_SCENARIO(name, .order = TRIO_SIM_SOFT,                                \
                  .witness = "main writer*3 reader*5")                         \
    {                                                                          \
        (void)arg;                                                             \
        return twostage_of(tasks);                                             \
    }

TWOSTAGE(twostage, 2)
TWOSTAGE(twostage_20, 20)
TWOSTAGE(twostage_50, 50)
