// A program that is run again whenever its host has crashed. Its tasks are in a
// nursery of the keeper's, which sees them end when the power fails.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/task.h>

#include "sim/net/net.h"

static TRIO_CHECKPOINT trio_status run_once(struct trio_sim_host *host,
                                            trio_task_fn fn, void *arg)
{
    struct trio_nursery nursery;

    trio_nursery_open(&nursery);
    trio_status rc = trio_sim_host_start_soon(host, &nursery, fn, arg);
    return trio_nursery_close(&nursery, rc);
}

static TRIO_CHECKPOINT trio_status run_on(struct trio_sim_host *host,
                                          trio_duration down, trio_task_fn fn,
                                          void *arg)
{
    for (;;) {
        trio_status rc = run_once(host, fn, arg);
        if (!host->down || rc != TRIO_OK)
            return rc;
        rc = trio_sleep(down);
        if (rc != TRIO_OK)
            return rc;
        trio_sim_host_restart(host);
    }
}

trio_status trio_sim_host_keep_running(struct trio_sim_host *host,
                                       trio_duration down, trio_task_fn fn,
                                       void *arg)
{
    struct network *network = trio_sim_network_(trio_run_world()->context);

    if (host->is_home || host->at_risk)
        trio_misuse("a program is kept running on another host, and only one",
                    host);
    host->at_risk = true;
    network->hosts_at_risk++;
    trio_status rc = run_on(host, down, fn, arg);
    network->hosts_at_risk--;
    host->at_risk = false;
    return rc;
}
