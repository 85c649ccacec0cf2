// Hosts that stand still: when the scenario says so, or for a while, as a fault
// has it. Both may hold one at once; it goes on when neither does.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>
#include <trio/task.h>

#include "sim/net/net.h"

void trio_sim_host_pause(struct trio_sim_host *host)
{
    if (!trio_in_task())
        trio_misuse("a host is paused by a task only", host);
    if (host->is_home)
        trio_misuse("the scenario's own host is not paused", host);
    if (host->down || host->paused)
        return;
    host->paused = true;
    trio_realm_pause(&host->pause, host);
}

void trio_sim_host_resume(struct trio_sim_host *host)
{
    if (!trio_in_task())
        trio_misuse("a host is resumed by a task only", host);
    if (!host->paused)
        return;
    host->paused = false;
    trio_realm_resume(&host->pause);
}

// ---- By a fault ----

static void is_over(struct alarm *alarm)
{
    struct trio_sim_host *host =
        (struct trio_sim_host *)((char *)alarm -
                                 offsetof(struct trio_sim_host, stall_alarm));

    trio_realm_resume(&host->stall);
}

void trio_sim_host_stall_(struct network *network, struct trio_sim_host *host)
{
    uint64_t path = trio_sim_host_path_(host) ^ ++host->stalls;
    trio_time now = trio_sim_network_now_(network->world);

    if (host->stall_alarm.set)
        return;
    trio_realm_pause(&host->stall, host);
    trio_sim_alarm_set_(network, &host->stall_alarm,
                        trio_time_add(now, trio_sim_outage_(path)), is_over,
                        "a host goes on", path * 3);
}

void trio_sim_host_wake_(struct trio_sim_host *host)
{
    if (!host->stall_alarm.set)
        return;
    trio_sim_alarm_clear_(&host->stall_alarm);
    trio_realm_resume(&host->stall);
}
