// The tasks in line by priority, so that a strategy that goes by priorities
// need not look at each of very many. A line that was never long is not ranked:
// few are compared sooner than kept in order.
//
// Priorities are random numbers: their first bits say in which of many buckets
// a task is, and in each there are few, the highest first. Which buckets are
// not empty is a bit each, and for each word of those bits there is another.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

static inline uint32_t bucket_of(uint64_t priority)
{
    return (uint32_t)(priority >> (64 - BUCKET_BITS));
}

static inline uint32_t highest_bit(uint64_t bits)
{
    return 63 - (uint32_t)__builtin_clzll(bits);
}

static inline struct ranked *ranked_at(const struct kernel *kernel,
                                       uint32_t number)
{
    return ARRAY_AT(&kernel->ranking.tasks, struct ranked, number);
}

static inline bool is_in_line(const struct kernel *kernel, uint32_t number)
{
    return number < kernel->ranking.tasks.count &&
           ranked_at(kernel, number)->came != 0;
}

// ---- Buckets ----

// Nobody's number is 0: of that one the links are written, and never read.
static void link(struct ranked *tasks, uint32_t higher, uint32_t lower)
{
    tasks[higher].lower = lower;
    tasks[lower].higher = higher;
}

static void put_in(struct ranking *ranking, uint32_t number)
{
    struct ranked *tasks = ranking->tasks.items;
    uint64_t priority = tasks[number].priority;
    uint32_t bucket = bucket_of(priority);
    uint32_t higher = 0;
    uint32_t lower = ranking->highest[bucket];

    while (lower != 0 && tasks[lower].priority > priority) {
        higher = lower;
        lower = tasks[lower].lower;
    }
    link(tasks, higher, number);
    link(tasks, number, lower);
    if (higher != 0)
        return;
    ranking->highest[bucket] = number;
    ranking->filled[bucket / 64] |= UINT64_C(1) << bucket % 64;
    ranking->words |= UINT64_C(1) << bucket / 64;
}

static void take_out(struct ranking *ranking, uint32_t number)
{
    struct ranked *tasks = ranking->tasks.items;
    uint32_t bucket = bucket_of(tasks[number].priority);
    uint32_t higher = tasks[number].higher;
    uint32_t lower = tasks[number].lower;

    link(tasks, higher, lower);
    if (higher != 0)
        return;
    ranking->highest[bucket] = lower;
    if (lower != 0)
        return;
    ranking->filled[bucket / 64] &= ~(UINT64_C(1) << bucket % 64);
    if (ranking->filled[bucket / 64] == 0)
        ranking->words &= ~(UINT64_C(1) << bucket / 64);
}

static uint32_t highest(const struct ranking *ranking)
{
    uint32_t word = highest_bit(ranking->words);

    return ranking->highest[word * 64 + highest_bit(ranking->filled[word])];
}

void trio_sim_rank_(struct kernel *kernel, const struct actor *actor)
{
    if (!is_in_line(kernel, actor->number))
        return;
    take_out(&kernel->ranking, actor->number);
    ranked_at(kernel, actor->number)->priority = actor->priority;
    put_in(&kernel->ranking, actor->number);
}

void trio_sim_ranking_reset_(struct ranking *ranking)
{
    if (ranking->count > 0) { // Otherwise all have left their buckets.
        __builtin_memset(ranking->filled, 0, sizeof(ranking->filled));
        __builtin_memset(ranking->highest, 0, sizeof(ranking->highest));
        ranking->words = 0;
    }
    ranking->count = 0;
}

// ---- Who is first ----

// The one of highest priority so far.
struct best {
    size_t at; // Which candidate it is.
    uint64_t priority;
};

static inline void consider(struct best *best, size_t at,
                            const struct actor *actor)
{
    if (actor->priority > best->priority)
        *best = (struct best){at, actor->priority};
}

static void consider_tasks(const struct kernel *kernel,
                           const struct candidates *candidates,
                           struct best *best)
{
    const struct actor *actors = kernel->actors.items;

    if (!candidates->ranked) {
        for (size_t i = 0; i < candidates->task_count; i++)
            consider(best, candidates->loop + i,
                     &actors[trio_task_number(candidates->tasks[i])]);
    } else if (candidates->task_count > 0) {
        uint32_t number = highest(&kernel->ranking);
        size_t place = trio_sim_place_(kernel, number);
        TRIO_ASSERT(candidates->tasks[place] == actors[number].task);
        consider(best, candidates->loop + place, &actors[number]);
    }
}

size_t trio_sim_first_by_priority_(struct kernel *kernel,
                                   const struct candidates *candidates)
{
    struct best best = {0, 0};

    if (candidates->loop > 0)
        consider(&best, 0, trio_sim_candidate_(kernel, candidates, 0));
    consider_tasks(kernel, candidates, &best);
    // Of events there are few.
    for (size_t i = candidates->count - candidates->event_count;
         i < candidates->count; i++)
        consider(&best, i, trio_sim_candidate_(kernel, candidates, i));
    return best.at;
}

// ---- The line ----

static void join(struct kernel *kernel, const struct trio_task *task,
                 uint32_t came)
{
    const struct strategy *strategy = kernel->strategy;
    struct actor *actor = trio_sim_actor_(kernel, task);

    while (kernel->ranking.tasks.count <= actor->number)
        trio_sim_append_(kernel, &kernel->ranking.tasks);
    if (strategy->joined != NULL)
        strategy->joined(strategy->context, kernel, actor);
    *ranked_at(kernel, actor->number) =
        (struct ranked){.priority = actor->priority};
    trio_sim_come_(kernel, actor->number, came);
    put_in(&kernel->ranking, actor->number);
    kernel->ranking.count++;
}

// Who was in line still is; who is new is at the end, or the first, if it has
// only come to a soft point.
void trio_sim_line_up_(struct kernel *kernel,
                       const struct candidates *candidates)
{
    struct ranking *ranking = &kernel->ranking;
    struct trio_task *const *tasks = candidates->tasks;
    size_t count = candidates->task_count;

    if (ranking->count == count)
        return;
    bool first = ranking->count > 0 &&
                 !is_in_line(kernel, (uint32_t)trio_task_number(tasks[0]));
    trio_sim_make_places_(kernel, tasks + first, ranking->count, count);
    if (first)
        join(kernel, tasks[0], --ranking->places.first);
    while (ranking->count < count)
        join(kernel, tasks[ranking->count], ranking->places.end++);
}

void trio_sim_leave_line_(struct kernel *kernel, struct actor *actor)
{
    const struct strategy *strategy = kernel->strategy;

    if (!is_in_line(kernel, actor->number))
        return; // There was nobody to compare it with.
    if (strategy->left != NULL)
        strategy->left(strategy->context, kernel, actor);
    take_out(&kernel->ranking, actor->number);
    trio_sim_go_(kernel, actor->number);
    kernel->ranking.count--;
}
