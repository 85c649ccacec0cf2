// One run of a plan.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Nothing is allocated for a run that an earlier one has had, and nothing is
// cleared that the run may not use.

#include "sim/kernel/state.h"

enum { STEPS_MAX_DEFAULT = 100000 };
#define TIME_MAX_DEFAULT (1000 * TRIO_HOUR)

_Thread_local struct kernel *trio_sim_kernel_;

struct kernel *trio_sim_current_(void)
{
    return trio_sim_kernel_;
}

bool trio_sim_injected_(const struct kernel *kernel)
{
    return kernel->injected;
}

struct trio_mock_clock *trio_sim_clock_(struct kernel *kernel)
{
    return &kernel->clock;
}

bool trio_sim_is_first_in_line_(const struct kernel *kernel)
{
    const struct plan *plan = kernel->plan;

    for (size_t i = 0; i < plan->deviation_count; i++)
        if (plan->deviations[i].kind == DEVIATE_TASK)
            return false;
    return plan->strategy == NULL;
}

uint64_t trio_sim_step_(const struct kernel *kernel)
{
    return kernel->steps;
}

static void reset_arrays(struct kernel *kernel)
{
    struct actor *loop;

    trio_sim_arrays_reset_(kernel);
    loop = trio_sim_append_raw_(kernel, &kernel->actors);
    *loop = trio_sim_no_actor_;
    loop->path = 1;
    if (!kernel->details)
        return;
    __builtin_memset(kernel->taken, 0, sizeof(kernel->taken));
    trio_sim_path_begin_(kernel, loop);
    trio_sim_append_(kernel, &kernel->histories);
    trio_sim_append_(kernel, &kernel->scopes);
    trio_sim_plan_begin_(kernel);
}

// The same for every run of a plan, and another for another plan: an address
// that is used as a number may by chance be the same one place further.
static size_t shift_of(const struct plan *plan)
{
    return 16 * (size_t)(trio_sim_mix_(plan->seed, plan->strategy_seed) % 64);
}

static void reset_memory(struct kernel *kernel)
{
    const struct perturbation *perturbation = &kernel->plan->perturbation;
    struct sim_memory *memory = &kernel->memory;

    memory->downwards = perturbation->addresses;
    memory->shift = perturbation->addresses ? shift_of(kernel->plan) : 0;
    memory->junk = perturbation->junk;
    trio_sim_memory_reset_(memory);
}

static uint64_t first_data(const struct plan *plan)
{
    return plan->seed ^ UINT64_C(0x6a09e667f3bcc908);
}

// Whatever the last run has made of it. What is left counts with a rate only.
static void reset_clock(struct trio_mock_clock *clock, uint64_t seed)
{
    static const struct trio_mock_clock still = TRIO_MOCK_CLOCK_INIT;

    clock->now = trio_sim_starting_time_(seed);
    clock->autojump = true;
    clock->jump_threshold = still.jump_threshold;
    clock->rate_permille = still.rate_permille;
}

static void begin(struct kernel *kernel, const struct plan *plan,
                  struct outcome *outcome)
{
    const struct trio_scenario *scenario = plan->scenario;
    const struct strategy *strategy = plan->strategy;
    trio_duration time_max =
        scenario->time_max == 0 ? TIME_MAX_DEFAULT : scenario->time_max;

    outcome->verdict = VERDICT_PASSED;
    outcome->failure = FAILURE_NONE;
    outcome->failure_class = 0;
    outcome->text[0] = '\0';
    outcome->fired = 0;
    outcome->exhausted = outcome->faulty = false;
    kernel->plan = plan;
    kernel->outcome = outcome;
    kernel->strategy = strategy;
    kernel->world.used = strategy != NULL && strategy->used != NULL
                             ? trio_sim_net_used_
                             : NULL;
    kernel->words = plan->words;
    kernel->runs++;
    kernel->details = plan->details || plan->words || kernel->looks_closely ||
                      plan->deviation_count > 0 ||
                      (strategy != NULL && strategy->every_step);
    kernel->hurried = kernel->details || strategy != NULL;
    kernel->looking = kernel->unseen = kernel->stretching = false;
    kernel->accompanied = false;
    kernel->injected = kernel->gave_up = kernel->capped = false;
    kernel->fair = false;
    kernel->running = kernel->last = kernel->since = 0;
    kernel->hash = 0;
    kernel->steps = kernel->decisions = kernel->events = 0;
    kernel->passed_over = 0;
    kernel->steps_max =
        scenario->steps_max == 0 ? STEPS_MAX_DEFAULT : scenario->steps_max;
    kernel->time = trio_sim_no_actor_;
    kernel->around = NULL;
    kernel->cancelled_scope = 0;
    kernel->error = NULL;
    kernel->data = first_data(plan);
    reset_clock(&kernel->clock, plan->seed);
    kernel->time_begin = kernel->clock.now;
    kernel->time_end = trio_time_add(kernel->clock.now, time_max);
    trio_sim_faults_begin_(kernel);
    reset_arrays(kernel);
    trio_sim_ranking_reset_(&kernel->ranking);
    reset_memory(kernel);
    trio_sim_objects_reset_(&kernel->objects);
    trio_sim_heap_reset_(kernel);
    trio_sim_network_reset_(&kernel->world);
    kernel->config.scheduler.single_steps = plan->order != TRIO_SIM_PASS;
    kernel->config.scheduler.soft_points = plan->order == TRIO_SIM_SOFT;
    kernel->config.observer.kinds = trio_sim_kinds_(kernel);
}

// The scenario, in a scope that can be cancelled.
static TRIO_CHECKPOINT trio_status run_scenario(void *arg)
{
    struct kernel *kernel = arg;
    const struct trio_scenario *scenario = kernel->plan->scenario;
    struct trio_cancel_scope around;

    kernel->around = &around;
    trio_cancel_scope_open(&around);
    trio_status rc = scenario->fn(scenario->arg);
    rc = trio_cancel_scope_close(&around, rc);
    kernel->around = NULL;
    return rc;
}

void trio_sim_run_(struct kernel *kernel, const struct plan *plan,
                   struct outcome *outcome)
{
    const struct strategy *strategy = plan->strategy;

    TRIO_ASSERT(trio_sim_kernel_ == NULL);
    if (UNLIKELY(kernel->apart != NULL)) {
        kernel->apart(kernel->apart_context, kernel, plan, outcome);
        return;
    }
    begin(kernel, plan, outcome);
    if (strategy != NULL)
        strategy->begin(strategy->context, kernel, plan->strategy_seed);
    trio_sim_kernel_ = kernel;
    trio_status rc = trio_run_with(&kernel->config, run_scenario, kernel);
    trio_sim_kernel_ = NULL;
    outcome->hash = kernel->hash;
    outcome->steps = kernel->steps;
    outcome->tasks = kernel->actors.count - 1;
    outcome->decisions = kernel->decisions;
    outcome->drew = kernel->data != first_data(plan);
    trio_sim_faults_end_(kernel);
    trio_sim_judge_(kernel, rc);
    trio_sim_descriptors_end_(kernel);
    trio_sim_plan_end_(kernel);
    if (strategy != NULL && strategy->end != NULL)
        outcome->exhausted = !strategy->end(strategy->context, kernel);
    kernel->plan = NULL;
}
