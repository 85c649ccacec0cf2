// Where time may pass early, for whoever goes through all such places. A timer
// is known by when it is due: those that are due at once expire at once.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

static uint32_t timer_of(const struct kernel *kernel, trio_time deadline)
{
    uint64_t hash =
        trio_sim_mix_(1, (uint64_t)(deadline - kernel->time_begin));

    return (uint32_t)(hash >> 32) | 1;
}

static const struct actor *whose(struct kernel *kernel, struct place place)
{
    return place.count > 0 ? trio_sim_actor_(kernel, place.tasks[0])
                           : trio_sim_actor_number_(kernel, kernel->last);
}

void trio_sim_lapse_(struct kernel *kernel, struct place place, uint32_t least)
{
    struct lapse *lapse = trio_sim_append_(kernel, &kernel->lapses);
    trio_time time = trio_sim_now_(kernel);
    uint64_t key = trio_sim_key_(whose(kernel, place), place.count == 0);

    lapse->anchor = trio_sim_anchor_of_place_(kernel, place);
    lapse->least = least;
    for (size_t i = 0; i < LAPSE_TIMERS && time != TRIO_FOREVER; i++) {
        time = trio_run_next_deadline(time);
        if (time != TRIO_FOREVER)
            lapse->timers[i] = timer_of(kernel, time);
    }
    lapse->key = trio_sim_mix_(key + place.reading, lapse->timers[0]);
}

const struct lapse *trio_sim_lapses_(const struct kernel *kernel,
                                     size_t *ret_count)
{
    *ret_count = kernel->lapses.count;
    return kernel->lapses.items;
}
