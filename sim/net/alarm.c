// Alarms are few: they are set only when something has gone wrong, or is to be
// slow. With a picker each is a job, which comes when the run says so.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/net/net.h"

static void take_out(struct alarm *alarm)
{
    struct alarm **link = &alarm->network->alarms;

    while (*link != alarm)
        link = &(*link)->next;
    *link = alarm->next;
    alarm->set = false;
    alarm->network->world->alarms--;
}

void trio_sim_alarm_goes_off_(struct trio_sim_job *job)
{
    struct alarm *alarm = (struct alarm *)job; // Its first member.

    take_out(alarm);
    alarm->fn(alarm);
}

const char *trio_sim_alarm_name_(const struct trio_sim_job *job)
{
    return ((const struct alarm *)job)->what; // Its first member.
}

void trio_sim_alarm_set_(struct network *network, struct alarm *alarm,
                         trio_time due, void (*fn)(struct alarm *alarm),
                         const char *what, uint64_t path)
{
    struct trio_sim_world_ *world = network->world;

    trio_sim_alarm_clear_(alarm);
    *alarm =
        (struct alarm){.job = {.fn = trio_sim_alarm_goes_off_, .path = path},
                       .next = network->alarms,
                       .network = network,
                       .fn = fn,
                       .what = what,
                       .due = due,
                       .set = true};
    network->alarms = alarm;
    world->alarms++;
    if (world->announce != NULL)
        world->announce(&alarm->job, due);
}

void trio_sim_alarm_clear_(struct alarm *alarm)
{
    if (!alarm->set)
        return;
    const struct trio_sim_world_ *world = alarm->network->world;
    if (world->withdraw != NULL)
        world->withdraw(&alarm->job);
    take_out(alarm);
}

struct alarm *trio_sim_alarm_first_(const struct network *network)
{
    struct alarm *first = NULL;

    // Of those of one time the one that was set first.
    for (struct alarm *alarm = network->alarms; alarm != NULL;
         alarm = alarm->next)
        if (first == NULL || alarm->due <= first->due)
            first = alarm;
    return first;
}
