// Philosophers around a table, a fork between any two. Each takes the left one,
// then the right one; when all have the left one, nobody gets a right one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

enum { PHILOSOPHERS_MAX = 7 };

struct philosopher {
    struct trio_lock *left;
    struct trio_lock *right;
};

static TRIO_CHECKPOINT trio_status dine(void *arg)
{
    struct philosopher *philosopher = arg;

    bugs_start_thread();
    trio_status rc = bugs_mutex_lock(philosopher->left);
    if (rc != TRIO_OK)
        return rc;
    rc = bugs_mutex_lock(philosopher->right);
    if (rc == TRIO_OK)
        trio_lock_release(philosopher->right);
    trio_lock_release(philosopher->left);
    return rc;
}

static TRIO_PARKS trio_status dinner(size_t count)
{
    struct trio_lock forks[PHILOSOPHERS_MAX] = {TRIO_LOCK_INIT};
    struct philosopher philosophers[PHILOSOPHERS_MAX];

    for (size_t i = 0; i < count; i++) {
        philosophers[i] =
            (struct philosopher){&forks[i], &forks[(i + 1) % count]};
        trio_sim_name(&forks[i], "a fork");
    }
    return bugs_run((struct bugs_tasks[]){
        {.name = "p",
         .fn = dine,
         .arg = philosophers,
         .count = count,
         .stride = sizeof philosophers[0]},
        {.name = NULL},
    });
}

TRIO_SCENARIO(philosophers_3, .order = TRIO_SIM_SOFT,
              .witness = "main p*2 p#2*2 p#3*2")
{
    (void)arg;
    return dinner(3);
}

TRIO_SCENARIO(philosophers_5, .order = TRIO_SIM_SOFT,
              .witness = "main p*2 p#2*2 p#3*2 p#4*2 p#5*2")
{
    (void)arg;
    return dinner(5);
}

TRIO_SCENARIO(philosophers_7, .order = TRIO_SIM_SOFT,
              .witness = "main p*2 p#2*2 p#3*2 p#4*2 p#5*2 p#6*2 p#7*2")
{
    (void)arg;
    return dinner(7);
}
