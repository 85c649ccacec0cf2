// What a run of a swarm draws: whether something goes wrong here. It is of a
// kind, which is what the call is called. Each run has some of the kinds, and
// each of these as often as it likes: a fault that is rare beside many others
// would hardly ever be the only one.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

// A run draws one in 4, 8, ... 1,024 calls of a kind, or none.
enum { RARITY_MIN = 4, RARITIES = 9 };

enum { RUNS_PER_SUNNY = 4, RUNS_PER_KIND = 2 };

void trio_sim_faults_begin_(struct kernel *kernel)
{
    const struct swarm *swarm = &kernel->plan->swarm;
    uint64_t state = swarm->seed;

    kernel->draws =
        swarm->seed != 0 && trio_sim_below_(&state, RUNS_PER_SUNNY) != 0;
    kernel->draw = state;
    kernel->world.faults = (struct trio_sim_fault_options){.calls = false};
    kernel->world.calm = false;
    kernel->world.all_faults = kernel->details || swarm->all;
}

void trio_sim_faults_end_(struct kernel *kernel)
{
    kernel->draws = false;
    kernel->persistent.count = 0;
}

// It does not matter in which order a run comes to its kinds.
static uint32_t rarity_of(const struct kernel *kernel, const char *what)
{
    uint64_t state = trio_sim_hash_text_(kernel->plan->swarm.seed, what);

    if (trio_sim_below_(&state, RUNS_PER_KIND) != 0)
        return 0;
    return (uint32_t)RARITY_MIN << trio_sim_below_(&state, RARITIES);
}

static struct fault_kind *kind_named(struct kernel *kernel, const char *what)
{
    for (size_t i = 0; i < kernel->fault_kinds.count; i++) {
        struct fault_kind *kind =
            ARRAY_AT(&kernel->fault_kinds, struct fault_kind, i);
        if (kind->what == what || __builtin_strcmp(kind->what, what) == 0)
            return kind;
    }
    struct fault_kind *kind = trio_sim_append_(kernel, &kernel->fault_kinds);
    *kind = (struct fault_kind){what, rarity_of(kernel, what), 0};
    return kind;
}

bool trio_sim_draw_(struct kernel *kernel, const char *what)
{
    struct fault_kind *kind = kind_named(kernel, what);

    if (kind->rarity == 0 || trio_sim_below_(&kernel->draw, kind->rarity) != 0)
        return false;
    kind->tried++;
    return true;
}

const struct fault_kind *trio_sim_fault_kinds_(const struct kernel *kernel,
                                               size_t *ret_count)
{
    *ret_count = kernel->fault_kinds.count;
    return kernel->fault_kinds.items;
}
