// Everything that a simulated run could ask of the outside is answered from its
// seed. One seed is three streams of its own, for the order of tasks, for the
// program's random numbers and for the start of the clock, so that a program
// which draws one number more is not scheduled differently.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include <trio/testing.h>

#include "sim/internal.h"

static uint64_t next_random(void *context)
{
    return trio_sim_next_(context);
}

// Returns a time that no duration of a program comes near: a duration that is
// given where a time belongs is then long past, and is found.
trio_time trio_sim_starting_time_(uint64_t seed)
{
    uint64_t state = seed;

    if (seed == 0)
        return 1000 * TRIO_HOUR;
    return (trio_time)(1001 + trio_sim_below_(&state, 99000)) * TRIO_HOUR;
}

struct trio_config trio_config_simulated(struct trio_simulation *simulation,
                                         const struct trio_config *base,
                                         uint64_t seed)
{
    *simulation = (struct trio_simulation){
        .clock = TRIO_MOCK_CLOCK_INIT,
        .seed = seed,
        .choices = ~seed,
        .data = seed ^ UINT64_C(0x6a09e667f3bcc908),
    };
    simulation->clock.now = trio_sim_starting_time_(seed);
    simulation->clock.autojump = true;
    simulation->clock.jump_threshold = 0;
    simulation->world.clock = &simulation->clock;

    struct trio_config config = {
        .version = TRIO_VERSION,
        .clock = trio_sim_clock_by_host_(trio_clock_mock(&simulation->clock)),
        .world = trio_sim_world_of_(&simulation->world),
        .memory = base->memory,
        .random = {.context = &simulation->data, .next = next_random},
        .report = base->report,
    };
    if (seed != 0)
        config.scheduler = trio_sim_shuffle_(&simulation->choices);
    return config;
}
