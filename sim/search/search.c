// Every run of a search goes through trio_sim_try_, so that there is one place
// which counts and one which decides that the search is over; the first failure
// is kept there with all that it takes to have it again.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/search/search.h"

#include <stdio.h>
#include <string.h>

// Runs between two calls of progress.
enum { PROGRESS_RUNS = 64 };

enum { WORK_OF_TASK = 8 };

static void set_begin(struct hash_set *set, uint64_t *slots, size_t slot_count)
{
    set->slots = slots;
    set->slot_count = slot_count;
    trio_sim_set_clear_(set);
}

void trio_sim_search_begin_(struct search *search)
{
    search->outcome = (struct outcome){.verdict = VERDICT_PASSED};
    search->failing = (struct plan){.scenario = NULL};
    search->over = search->drew = search->faulty = false;
    search->work = 0;
    search->cancels.count = 0;
    search->times.count = 0;
    search->failures.count = 0;
    set_begin(&search->traces, search->trace_slots, TRACE_SLOTS);
    set_begin(&search->cancels.keys, search->cancels.key_slots,
              SWEEP_SET_SLOTS);
    set_begin(&search->times.keys, search->times.key_slots, SWEEP_SET_SLOTS);
    set_begin(&search->times.timers, search->times.timer_slots,
              SWEEP_SET_SLOTS);
    set_begin(&search->times.expired, search->times.expired_slots,
              SWEEP_SET_SLOTS);
    set_begin(&search->failures.anchors, search->failures.anchor_slots,
              SWEEP_SET_SLOTS);
}

struct plan trio_sim_schedule_(struct search *search, uint32_t schedule)
{
    struct plan plan = {
        .scenario = search->scenario,
        .order = search->order,
        .seed = search->options.seed,
        .swarm = trio_sim_swarm_(search->scenario, &search->options, 0),
        .details = true,
    };

    plan.swarm.seed = 0; // A sweep has its own faults.

    if (schedule == 0)
        return plan;
    plan.strategy = schedule % 2 == 1 ? &search->strategies->pos
                                      : &search->strategies->random_walk;
    plan.strategy_seed = ~search->options.seed - schedule;
    return plan;
}

// Returns the count of `by`; the last one is everybody's who finds no room.
static struct trio_strategy_count *count_of(struct trio_campaign_result *result,
                                            const char *by)
{
    size_t i = 0;

    while (i < TRIO_SIM_STRATEGIES_MAX - 1 &&
           result->strategies[i].name != NULL &&
           result->strategies[i].name != by &&
           strcmp(result->strategies[i].name, by) != 0)
        i++;
    if (result->strategies[i].name == NULL)
        result->strategies[i].name = by;
    return &result->strategies[i];
}

// Returns what is known of a property, which most runs ask for in the same
// order. NULL: there is no room.
static struct trio_sometimes *property_of(struct trio_campaign_result *result,
                                          const char *name, size_t guess)
{
    size_t i;

    if (guess < result->sometimes && result->properties[guess].name == name)
        return &result->properties[guess];
    for (i = 0; i < result->sometimes; i++)
        if (strcmp(result->properties[i].name, name) == 0)
            return &result->properties[i];
    if (i == TRIO_SIM_SOMETIMES_MAX)
        return NULL;
    result->properties[i] = (struct trio_sometimes){.name = name};
    result->sometimes++;
    return &result->properties[i];
}

void trio_sim_note_sometimes_(struct trio_campaign_result *result,
                              const char *name, size_t guess, bool held)
{
    struct trio_sometimes *property = property_of(result, name, guess);

    if (property == NULL || property->held || !held)
        return;
    property->held = true;
    result->sometimes_held++;
}

static void note_properties(struct search *search)
{
    size_t count;
    const struct property *told = trio_sim_properties_(search->kernel, &count);

    for (size_t i = 0; i < count; i++)
        if (told[i].kind == TRIO_PROPERTY_SOMETIMES)
            trio_sim_note_sometimes_(search->result, told[i].name, i,
                                     told[i].held);
}

void trio_sim_judge_sometimes_(struct trio_campaign_result *result)
{
    size_t i = 0;

    while (i < result->sometimes && result->properties[i].held)
        i++;
    if (i == result->sometimes || result->verdict == TRIO_SIM_FAILED)
        return;
    result->verdict = TRIO_SIM_FAILED;
    result->found_after = result->runs;
    result->found_by = "sometimes";
    snprintf(result->text, sizeof(result->text), "never held: %s",
             result->properties[i].name);
}

static void keep(struct search *search, const struct plan *plan, const char *by,
                 const struct outcome *outcome)
{
    TRIO_ASSERT(plan->deviation_count <= DEVIATIONS_MAX);

    search->failing = *plan;
    for (size_t i = 0; i < plan->deviation_count; i++)
        search->failing_deviations[i] = plan->deviations[i];
    search->failing.deviations = search->failing_deviations;
    search->outcome = *outcome;
    search->result->found_after = search->result->runs;
    search->result->found_by = by;
}

void trio_sim_keep_failure_(struct search *search, const struct plan *plan,
                            const char *by, const struct outcome *outcome)
{
    TRIO_ASSERT(!search->over);
    search->over = true;
    keep(search, plan, by, outcome);
    search->outcome.verdict = VERDICT_FAILED;
    count_of(search->result, by)->failures++;
}

// Keeps a run that is too long: the first one, or the first without a strategy,
// which takes fewer deviations.
static void keep_capped(struct search *search, const struct plan *plan,
                        const char *by, const struct outcome *outcome)
{
    if (search->outcome.verdict != VERDICT_CAPPED ||
        (search->failing.strategy != NULL && plan->strategy == NULL))
        keep(search, plan, by, outcome);
}

static bool is_wanted(const struct search *search)
{
    const struct trio_campaign_options *options = &search->options;

    return options->progress == NULL ||
           search->result->runs % PROGRESS_RUNS != 0 ||
           options->progress(options->progress_context, search->result);
}

bool trio_sim_try_(struct search *search, const struct plan *plan,
                   const char *by, struct outcome *ret_outcome)
{
    struct trio_campaign_result *result = search->result;

    TRIO_ASSERT(!search->over);
    trio_sim_run_(search->kernel, plan, ret_outcome);
    result->runs++;
    result->steps += ret_outcome->steps;
    search->work += ret_outcome->steps + WORK_OF_TASK * ret_outcome->tasks;
    search->drew |= ret_outcome->drew;
    search->faulty |= ret_outcome->faulty;
    result->capped += ret_outcome->verdict == VERDICT_CAPPED;
    result->traces += trio_sim_set_add_(&search->traces, ret_outcome->hash);
    count_of(result, by)->runs++;
    note_properties(search);
    trio_sim_note_faults_(search);
    if (ret_outcome->verdict == VERDICT_FAILED)
        trio_sim_keep_failure_(search, plan, by, ret_outcome);
    else if (ret_outcome->verdict == VERDICT_CAPPED)
        keep_capped(search, plan, by, ret_outcome);
    if (!search->over && !is_wanted(search))
        search->over = true;
    return !search->over;
}

void trio_sim_sweep_begin_(struct search *search)
{
    search->work_before = search->work;
}

bool trio_sim_sweep_may_(const struct search *search, uint64_t runs, bool *cut)
{
    const struct trio_campaign_options *options = &search->options;
    uint64_t runs_max = options->sweep_runs;
    uint64_t work_max = options->sweep_work;

    if (runs_max == 0)
        runs_max = SWEEP_RUNS_MAX;
    if (work_max == 0)
        work_max = SWEEP_WORK_MAX;
    bool may = runs < runs_max && search->work - search->work_before < work_max;
    *cut |= !may;
    return may;
}
