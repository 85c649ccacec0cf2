// The part of a campaign that has no plan: schedule after schedule. Run `n` of
// a seed is always the same one, whatever was found before it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/search.h"

#include <string.h>

enum {
    RUNS_DEFAULT = 10000,
    WORK_DEFAULT = 4000000,
    RUNS_PER_TWIN = 64,
    RUNS_PER_DATA = 4,
    RUNS_PER_CANCELLATION = 5
};

// What the runs of a campaign have in common.
struct exploration {
    const struct strategy *strategy; // NULL: first in, first out.
    const char *by;
    uint64_t runs;
    uint64_t work; // Of all runs together, at most; 0: any.
    bool is_portfolio;
    bool is_script;
};

// Finds out what `options` asks for. Returns false if there is no such
// strategy.
static bool begin(struct search *search, struct exploration *ret)
{
    const struct trio_campaign_options *options = &search->options;

    *ret = (struct exploration){
        .runs = options->runs == 0 ? RUNS_DEFAULT : options->runs,
        .work = options->runs == 0 && options->work == 0 ? WORK_DEFAULT
                                                          : options->work,
        .by = options->strategy,
        .is_portfolio = options->strategy == NULL,
    };
    if (ret->is_portfolio)
        return true;
    if (!trio_sim_strategy_named_(search->strategies, options->strategy,
                                  &ret->strategy))
        return false;
    ret->is_script = strcmp(options->strategy, "script") == 0;
    if (ret->is_script && search->strategies->script_state.text == NULL)
        return false;
    // What leaves nothing to chance comes out the same every time.
    if (ret->is_script || (ret->strategy == NULL && options->runs == 0))
        ret->runs = 1;
    return true;
}

// Whether other data would spoil what a strategy stands for: a script and
// delays are of one program, and first in, first out is production.
static bool is_exact(const struct search *search,
                     const struct strategy *strategy)
{
    return strategy == NULL || strategy == &search->strategies->script ||
           strategy == &search->strategies->delay_bounded;
}

static struct plan plan_of(const struct search *search,
                           const struct exploration *exploration,
                           uint64_t number)
{
    struct plan plan = {
        .scenario = search->scenario,
        .order = search->order,
        .seed = search->options.seed,
        .strategy = exploration->strategy,
        .strategy_seed = trio_sim_run_seed_(search->options.seed, number),
    };

    if (exploration->is_portfolio)
        plan.strategy = trio_sim_portfolio_(search->strategies,
                                            search->options.seed, number);
    if (is_exact(search, plan.strategy))
        return plan;
    plan.swarm = trio_sim_swarm_(search->scenario, &search->options,
                                 plan.strategy_seed);
    // Most programs draw no random data: the schedules are what differs.
    if (number % RUNS_PER_DATA == RUNS_PER_DATA - 1)
        plan.seed += number;
    return plan;
}

// Some runs are cancelled at a moment that the sweep knows: a mistake may need
// both, the moment and a schedule that has nothing new for the sweep.
static void cancel_some(const struct search *search, uint64_t number,
                        struct deviation *deviation, struct plan *plan)
{
    uint64_t state = ~plan->strategy_seed;
    const struct cancel_sweep *sweep = &search->cancels;

    if (sweep->count == 0 || is_exact(search, plan->strategy) ||
        number % RUNS_PER_CANCELLATION != RUNS_PER_CANCELLATION - 1)
        return;
    const struct sweep_point *point =
        &sweep->points[trio_sim_below_(&state, sweep->count)];
    uint32_t target = point->scopes[trio_sim_below_(&state, 2)];
    *deviation = (struct deviation){DEVIATE_CANCEL, point->anchor,
                                    target != 0 ? target : point->scopes[0]};
    plan->deviations = deviation;
    plan->deviation_count = 1;
    plan->details = true;
}

// Whether `runs` have left nothing to try: every schedule was seen, of a
// program that has only one set of data and no faults, and each could have been
// cancelled anywhere.
static bool is_all_seen(const struct search *search, uint64_t runs)
{
    const struct delays *delays = &search->strategies->delay_state.next;

    return delays->all && !search->drew && search->result->capped == 0 &&
           (!search->faulty || search->options.no_faults) &&
           runs >= RUNS_PER_CANCELLATION * search->cancels.count *
                       delays->schedules;
}

trio_status trio_sim_explore_(struct search *search)
{
    struct exploration exploration;
    uint64_t begun = search->work;

    if (!begin(search, &exploration))
        return TRIO_EINVAL;
    for (uint64_t number = 0; number < exploration.runs; number++) {
        struct plan plan = plan_of(search, &exploration, number);
        struct deviation deviation;
        struct outcome outcome;

        cancel_some(search, number, &deviation, &plan);
        if (!trio_sim_try_(search, &plan,
                           plan.strategy == NULL ? "fifo" : plan.strategy->name,
                           &outcome))
            break;
        if (!search->options.no_twins &&
            number % RUNS_PER_TWIN == RUNS_PER_TWIN - 1 &&
            !trio_sim_twin_(search, &plan, &outcome))
            break;
        if (is_all_seen(search, number + 1)) {
            search->result->schedules =
                search->strategies->delay_state.next.schedules;
            break;
        }
        if ((outcome.exhausted && !exploration.is_portfolio) ||
            (exploration.work != 0 && search->work - begun >= exploration.work))
            break;
    }
    return TRIO_OK;
}
