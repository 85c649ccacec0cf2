// No strategy is best: what one finds at once another never finds, and which is
// which depends on the shape of the program. So they take turns. Whose turn it
// is follows from the campaign's seed and the number of the run, not from what
// came before: a run can be named by its number. The one exception is a search
// that has come to its end, whose turns would all be the same run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

#include <string.h>

void trio_sim_strategies_init_(struct strategies *set, const char *script)
{
    set->random_walk = trio_sim_random_walk_(&set->random_walk_state);
    set->pct = trio_sim_pct_(&set->pct_state, 0);
    set->pos = trio_sim_pos_(&set->pos_state);
    set->delay_bounded = trio_sim_delay_bounded_(&set->delay_state);
    set->woken_first = trio_sim_woken_first_(&set->woken_first_state);
    set->script = trio_sim_script_(&set->script_state, script);
}

// "pct:3" is PCT for bugs of depth 3. Returns the depth; 0: it is none.
static uint32_t depth_named(const char *name)
{
    uint32_t depth = 0;

    if (strncmp(name, "pct:", 4) != 0)
        return 0;
    for (name += 4; *name >= '0' && *name <= '9' && depth <= DEPTH_MAX; name++)
        depth = 10 * depth + (uint32_t)(*name - '0');
    return *name == '\0' && depth <= DEPTH_MAX ? depth : 0;
}

bool trio_sim_strategy_named_(struct strategies *set, const char *name,
                              const struct strategy **ret)
{
    const struct strategy *const all[] = {&set->random_walk, &set->pct,
                                          &set->pos, &set->delay_bounded,
                                          &set->script};
    uint32_t depth = depth_named(name);

    if (depth > 0)
        set->pct = trio_sim_pct_(&set->pct_state, depth);
    *ret = depth > 0 ? &set->pct : NULL;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(name, all[i]->name) == 0)
            *ret = all[i];
    return *ret != NULL || strcmp(name, "fifo") == 0;
}

uint64_t trio_sim_run_seed_(uint64_t seed, uint64_t number)
{
    // Each state of the generator has its own next number, so no two runs of a
    // campaign have the same; mixed first, neighbouring campaigns share none.
    uint64_t state = trio_sim_next_(&seed) + number;

    return trio_sim_next_(&state);
}

const struct strategy *trio_sim_portfolio_(struct strategies *set,
                                           uint64_t seed, uint64_t number)
{
    uint64_t state = ~trio_sim_run_seed_(seed, number);
    uint64_t share = trio_sim_below_(&state, 100);

    if (share < 35)
        return &set->random_walk;
    if (share < 55)
        return &set->pct;
    if (share < 65 && !set->delay_state.next.over)
        return &set->delay_bounded;
    return &set->pos;
}
