// A long task and a short one: the short one has to come just before the last
// step of the long one. Who chooses by lot at each step has it come much
// earlier.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "bench/bugs/bugs.h"

enum { STEPS = 16 };

struct journey {
    int progress;
    bool arrived;
};

static TRIO_PARKS trio_status travel(void *arg)
{
    struct journey *journey = arg;

    bugs_start_thread();
    for (int i = 1; i <= STEPS; i++) {
        TRIO_SIM_POINT(&journey->progress, TRIO_ACCESS_WRITE);
        journey->progress = i;
    }
    TRIO_SIM_POINT(&journey->arrived, TRIO_ACCESS_WRITE);
    journey->arrived = true;
    return TRIO_OK;
}

static TRIO_PARKS trio_status look(void *arg)
{
    struct journey *journey = arg;

    bugs_start_thread();
    TRIO_SIM_POINT(&journey->progress, TRIO_ACCESS_READ);
    bool complete = journey->progress == STEPS;
    TRIO_SIM_POINT(&journey->arrived, TRIO_ACCESS_READ);
    TRIO_SIM_ALWAYS(!complete || journey->arrived,
                    "who has gone all the way has arrived");
    return TRIO_OK;
}

TRIO_SCENARIO(uneven, .order = TRIO_SIM_SOFT, .witness = "main long*17 short*3")
{
    struct journey journey = {0, false};

    (void)arg;
    trio_sim_name(&journey.progress, "progress");
    trio_sim_name(&journey.arrived, "arrived");
    return bugs_run((struct bugs_tasks[]){
        {.name = "long", .fn = travel, .arg = &journey},
        {.name = "short", .fn = look, .arg = &journey},
        {.name = NULL},
    });
}
