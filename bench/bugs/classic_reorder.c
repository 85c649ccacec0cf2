// Two writes that have to be seen in their order, by somebody who may look
// between them. With many who write, it has to look before the second write of
// any of them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

struct pair {
    int first;
    int second;
};

static TRIO_PARKS trio_status set(void *arg)
{
    struct pair *pair = arg;

    bugs_start_thread();
    TRIO_SIM_POINT(&pair->first, TRIO_ACCESS_WRITE);
    pair->first = 1;
    TRIO_SIM_POINT(&pair->second, TRIO_ACCESS_WRITE);
    pair->second = -1;
    return TRIO_OK;
}

static TRIO_PARKS trio_status check(void *arg)
{
    struct pair *pair = arg;

    bugs_start_thread();
    TRIO_SIM_POINT(&pair->first, TRIO_ACCESS_READ);
    int first = pair->first;
    TRIO_SIM_POINT(&pair->second, TRIO_ACCESS_READ);
    TRIO_SIM_ALWAYS(first == 0 || pair->second == -1,
                    "who sees the first sees the second");
    return TRIO_OK;
}

static TRIO_PARKS trio_status reorder(size_t tasks)
{
    struct pair pair = {0, 0};

    trio_sim_name(&pair.first, "first");
    trio_sim_name(&pair.second, "second");
    return bugs_run((struct bugs_tasks[]){
        {.name = "setter", .fn = set, .arg = &pair, .count = tasks - 1},
        {.name = "checker", .fn = check, .arg = &pair},
        {.name = NULL},
    });
}

#define REORDER(tasks)                                                         \
    TRIO_SCENARIO(reorder_##tasks, .order = TRIO_SIM_SOFT,                     \
                  .witness = "main setter*2 checker*3")                        \
    {                                                                          \
        (void)arg;                                                             \
        return reorder(tasks);                                                 \
    }

REORDER(3)
REORDER(5)
REORDER(10)
REORDER(20)
REORDER(50)
REORDER(100)
