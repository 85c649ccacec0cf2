// Without a picker what is next to happen happens when nobody can run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/run.h>

#include "sim/net/net.h"

// What happens by itself: a packet arrives, or an alarm goes off.
struct happening {
    struct trio_sim_job *job; // NULL: nothing.
    trio_time due;
};

static struct happening first_of(const struct trio_sim_world_ *world)
{
    struct happening first = {NULL, 0};

    if (world->network == NULL)
        return first;
    // Who waits until all tasks are blocked does not wait for alarms.
    struct alarm *alarm =
        trio_run_is_settling() ? NULL : trio_sim_alarm_first_(world->network);
    if (alarm != NULL)
        first = (struct happening){&alarm->job, alarm->due};
    for (struct link *link = world->network->links; link != NULL;
         link = link->all)
        if (link->announced &&
            (first.job == NULL || link->first->due < first.due))
            first = (struct happening){&link->job, link->first->due};
    return first;
}

bool trio_sim_next_happens_(struct trio_sim_world_ *world)
{
    struct happening first = first_of(world);
    trio_time now = trio_sim_network_now_(world);

    if (first.job == NULL)
        return false;
    if (first.due > now) {
        if (!world->clock->autojump || first.due > trio_run_next_deadline(now))
            return false;
        trio_mock_clock_jump(world->clock, first.due - now);
    }
    first.job->fn(first.job);
    return true;
}

bool trio_sim_will_happen_(const struct trio_sim_world_ *world)
{
    struct happening first = first_of(world);

    return first.job != NULL && (world->clock->autojump ||
                                 first.due <= trio_sim_network_now_(world));
}
