// What happens in the network after some time, without anything arriving.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_NET_ALARM_H
#define TRIO_SIM_NET_ALARM_H

#include <trio/sim_job.h>
#include <trio/time.h>

struct network;

// ---- alarm.c ----

struct alarm {
    struct trio_sim_job job; // First: it goes off.
    struct alarm *next;      // Of all that are set.
    struct network *network;
    void (*fn)(struct alarm *alarm);
    const char *what; // "the partition is over"
    trio_time due;
    bool set;
};

// Calls `fn` at a time, once. `path` is its name in tokens. One that is set
// already is set anew.
void trio_sim_alarm_set_(struct network *network, struct alarm *alarm,
                         trio_time due, void (*fn)(struct alarm *alarm),
                         const char *what, uint64_t path);
void trio_sim_alarm_clear_(struct alarm *alarm);
// Returns the one that goes off first, NULL if none is set.
struct alarm *trio_sim_alarm_first_(const struct network *network);

#endif // TRIO_SIM_NET_ALARM_H
