// Twins and nothing else: schedule after schedule, each run twice. Whether a
// run passes does not matter here. A scenario that fails has to fail in the
// same way whatever is different, or its token would be worth nothing.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/search.h"

enum { RUNS_DEFAULT = 1000, PROGRESS_RUNS = 64 };

struct plan trio_sim_twin_plan_(const struct trio_scenario *scenario,
                                struct strategies *strategies, uint64_t seed)
{
    static const struct trio_campaign_options defaults = {.strategy = NULL};
    struct plan plan = {
        .scenario = scenario,
        .order = scenario->order,
        .seed = seed,
        .strategy_seed = ~seed,
    };

    if (seed == 0)
        return plan;
    plan.strategy = seed % 2 == 1 ? &strategies->random_walk : &strategies->pos;
    plan.swarm = trio_sim_swarm_(scenario, &defaults, plan.strategy_seed);
    return plan;
}

void trio_sim_twins_(struct search *search)
{
    const struct trio_campaign_options *options = &search->options;
    struct trio_campaign_result *result = search->result;
    uint64_t count = options->runs == 0 ? RUNS_DEFAULT : options->runs;
    struct outcome outcome;

    for (uint64_t i = 0; i < count; i++) {
        struct plan plan = trio_sim_twin_plan_(
            search->scenario, search->strategies, options->seed + i);

        plan.order = search->order;
        if (plan.strategy != NULL)
            plan.swarm = trio_sim_swarm_(search->scenario, options,
                                         plan.strategy_seed);
        trio_sim_run_(search->kernel, &plan, &outcome);
        result->runs++;
        result->steps += outcome.steps;
        result->traces += trio_sim_set_add_(&search->traces, outcome.hash);
        if (!trio_sim_twin_(search, &plan, &outcome))
            break;
        if (options->progress != NULL && i % PROGRESS_RUNS == 0 &&
            !options->progress(options->progress_context, result))
            break;
    }
}
