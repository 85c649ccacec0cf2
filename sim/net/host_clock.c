// What the clock of a host tells. It begins when the host does, shows what it
// is told to show, and loses so many millionths of the time from then on. The
// run's own time, that of the scenario's host, is the fastest: so whatever a
// clock can show means a time, and that is told as just what was meant.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/time.h>

#include "sim/net/net.h"

// As much as Linux lets a clock run off before it gives up correcting it.
enum { MILLION = 1000000, LOSS_OF_SLOW = 500 };

void trio_sim_host_clock_begin_(struct network *network,
                                struct trio_sim_host *host)
{
    const struct trio_sim_world_ *world = network->world;
    bool slow = trio_sim_strikes_(world, NULL, "given a slow clock",
                                  world->faults.drift);

    host->clock.since = trio_sim_network_now_(world);
    host->clock.lost_ppm = slow ? LOSS_OF_SLOW : host->clock_loss_ppm;
}

static const struct host_clock *clock_here(void)
{
    const struct trio_world *world = trio_run_world();

    if (world->io->name != trio_sim_world_name_)
        return NULL;
    struct trio_sim_world_ *simulated = world->context;
    return simulated->has_hosts
               ? &trio_sim_host_here_(simulated->network)->clock
               : NULL;
}

// Centuries from now is never, on each clock.
static bool is_never(trio_time time)
{
    return time <= TRIO_PAST / 4 || time >= TRIO_FOREVER / 4;
}

// Returns floor(duration * numerator / denominator) or, `up`, what is not below
// that. Both factors are up to a million.
static trio_duration scale(trio_duration duration, trio_duration numerator,
                           trio_duration denominator, bool up)
{
    trio_duration whole = duration / denominator;
    trio_duration rest = duration % denominator;

    if (rest < 0) {
        whole--;
        rest += denominator;
    }
    rest = rest * numerator + (up ? denominator - 1 : 0);
    return whole * numerator + rest / denominator;
}

static trio_time tell(void *context, trio_time time)
{
    const struct host_clock *clock = clock_here();

    (void)context;
    if (clock == NULL || is_never(time))
        return time;
    return clock->shown + scale(time - clock->since, MILLION - clock->lost_ppm,
                                MILLION, false);
}

static trio_time mean(void *context, trio_time told)
{
    const struct host_clock *clock = clock_here();

    (void)context;
    if (clock == NULL || is_never(told))
        return told;
    return clock->since +
           scale(told - clock->shown, MILLION, MILLION - clock->lost_ppm, true);
}

struct trio_clock trio_sim_clock_by_host_(struct trio_clock clock)
{
    clock.told = tell;
    clock.meant = mean;
    return clock;
}
