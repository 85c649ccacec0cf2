// A driver that is stopped while it works. It counts who is inside, so that the
// last one out can let the stopping go on; but between asking whether it is
// being stopped and counting oneself, all of that can happen.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/event.h>

#include "bench/bugs/bugs.h"

struct driver {
    int pending; // Requests inside, plus one until it is stopped.
    bool stopping;
    bool stopped;
    struct trio_event idle;
};

static void leave(struct driver *driver)
{
    TRIO_SIM_POINT(&driver->pending, TRIO_ACCESS_WRITE);
    if (--driver->pending == 0)
        trio_event_set(&driver->idle);
}

static TRIO_PARKS trio_status request(void *arg)
{
    struct driver *driver = arg;

    bugs_start_thread();
    TRIO_SIM_POINT(&driver->stopping, TRIO_ACCESS_READ);
    if (driver->stopping)
        return TRIO_OK;
    TRIO_SIM_POINT(&driver->pending, TRIO_ACCESS_WRITE);
    driver->pending++;
    TRIO_SIM_POINT(&driver->stopped, TRIO_ACCESS_READ);
    TRIO_SIM_ALWAYS(!driver->stopped, "nobody works with a stopped driver");
    leave(driver);
    return TRIO_OK;
}

static TRIO_CHECKPOINT trio_status stop(void *arg)
{
    struct driver *driver = arg;

    bugs_start_thread();
    TRIO_SIM_POINT(&driver->stopping, TRIO_ACCESS_WRITE);
    driver->stopping = true;
    leave(driver);
    trio_status rc = trio_event_wait(&driver->idle);
    if (rc != TRIO_OK)
        return rc;
    TRIO_SIM_POINT(&driver->stopped, TRIO_ACCESS_WRITE);
    driver->stopped = true;
    return TRIO_OK;
}

TRIO_SCENARIO(bluetooth, .order = TRIO_SIM_SOFT,
              .witness = "main request*2 stopper*5 request*2")
{
    struct driver driver = {.pending = 1};

    (void)arg;
    trio_sim_name(&driver.pending, "pending");
    trio_sim_name(&driver.stopping, "stopping");
    trio_sim_name(&driver.stopped, "stopped");
    return bugs_run((struct bugs_tasks[]){
        {.name = "request", .fn = request, .arg = &driver},
        {.name = "stopper", .fn = stop, .arg = &driver},
        {.name = NULL},
    });
}
