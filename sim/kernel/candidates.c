// Who may come next, in the order in which production would have them.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

#define STEP_LASTS TRIO_MS

// Beyond how many deadlines time may pass next, 0: it may not. Where it would
// pass by itself up to one, there has to be another.
static uint32_t deadlines_ahead(const struct kernel *kernel, bool by_itself)
{
    uint32_t count = by_itself ? 2 : 1;

    return trio_sim_time_of_(kernel, count) == TRIO_FOREVER ? 0 : count;
}

// The loop and the clock are there all the time, but actors only while they are
// candidates: a strategy is not told of what never happens.
static void appear(struct kernel *kernel, struct actor *actor, bool is_there)
{
    if (is_there && !actor->living)
        trio_sim_started_(kernel, actor);
    actor->living = is_there;
}

static bool is_idle(const struct kernel *kernel)
{
    return trio_run_is_idle() && (kernel->world.network == NULL ||
                                  !trio_sim_has_news_(&kernel->world));
}

static void keep_lapse(struct kernel *kernel, struct place place, uint32_t far)
{
    if (UNLIKELY(kernel->details) && far > 0 && far < FAR_LASTS)
        trio_sim_lapse_(kernel, place, far);
}

static size_t how_many_jobs(const struct kernel *kernel, bool waiting,
                            bool idle)
{
    size_t count = kernel->jobs.count;

    if (kernel->world.alarms > 0)
        count = trio_sim_jobs_before_alarm_(kernel, idle);
    if (!trio_sim_is_still_(kernel))
        return count;
    size_t due = trio_sim_jobs_due_(kernel, waiting);
    return due < count ? due : count;
}

// Whether others than tasks may come. In most steps nothing has happened, no
// job is under way, and nobody waits for time.
static bool others_come(const struct kernel *kernel)
{
    return kernel->unseen || kernel->jobs.count > 0 ||
           (!trio_sim_is_still_(kernel) &&
            trio_run_next_deadline(TRIO_PAST) != TRIO_FOREVER);
}

static __attribute__((noinline)) void gather_others(struct kernel *kernel,
                                                    struct candidates *ret)
{
    struct place place = {ret->tasks, (uint32_t)ret->task_count, false};
    bool idle = place.count == 0 && is_idle(kernel);
    bool comes = idle && trio_sim_job_comes_(kernel);

    ret->loop = place.count > 0 ? kernel->unseen : !comes;
    ret->job_count = how_many_jobs(kernel, place.count == 0, idle);
    ret->far = trio_sim_is_still_(kernel)
                   ? 0
                   : deadlines_ahead(kernel, idle && !comes);
    ret->event_count = ret->job_count + (ret->far > 0);
    ret->count = ret->loop + ret->task_count + ret->event_count;
    appear(kernel, trio_sim_loop_(kernel), ret->loop > 0);
    appear(kernel, &kernel->time, ret->far > 0);
    kernel->accompanied = ret->loop > 0 || ret->far > 0;
    keep_lapse(kernel, place, ret->far);
}

void trio_sim_gather_(struct kernel *kernel, struct place place,
                      struct candidates *ret)
{
    *ret = (struct candidates){
        .tasks = place.tasks, .task_count = place.count, .count = place.count};
    if (UNLIKELY(place.count == 0 || kernel->accompanied ||
                 others_come(kernel)))
        gather_others(kernel, ret);
}

// A step lasts, whether there is a deadline or not.
void trio_sim_gather_reading_(struct kernel *kernel, struct place place,
                              struct candidates *ret)
{
    uint32_t deadlines = deadlines_ahead(kernel, false);

    *ret = (struct candidates){.tasks = place.tasks,
                               .task_count = 1,
                               .event_count = 1,
                               .count = 2,
                               .reading = true};
    ret->far = deadlines > 0 ? deadlines : trio_sim_far_(STEP_LASTS);
    appear(kernel, trio_sim_loop_(kernel), false);
    appear(kernel, &kernel->time, true);
    kernel->accompanied = true;
    keep_lapse(kernel, place, ret->far);
}

struct actor *trio_sim_candidate_(struct kernel *kernel,
                                  const struct candidates *candidates, size_t i)
{
    if (i < candidates->loop)
        return trio_sim_loop_(kernel);
    i -= candidates->loop;
    if (i < candidates->task_count)
        return trio_sim_actor_(kernel, candidates->tasks[i]);
    i -= candidates->task_count;
    return i < candidates->job_count ? &trio_sim_job_at_(kernel, i)->actor
                                     : &kernel->time;
}
