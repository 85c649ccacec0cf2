// The tasks in line by priority, the highest first: a heap, so that a strategy
// that goes by priorities need not look at each of very many. A line that was
// never long is not ranked: few are compared sooner than kept in order.
//
// The line itself is in the order in which they came, and each of them knows
// when that was: so the place of the highest is found by halves.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

// A free place in it.
struct hole {
    struct ranked *ranking;
    struct actor *actors;
    size_t at;
};

static inline void move_in(struct hole *hole, struct ranked ranked)
{
    hole->ranking[hole->at] = ranked;
    hole->actors[ranked.number].rank = (uint32_t)hole->at + 1;
}

// Moves the one there to the hole, which is there then.
static inline void swap_with(struct hole *hole, size_t other)
{
    move_in(hole, hole->ranking[other]);
    hole->at = other;
}

// Returns where the higher of the two below is, `count` or more: there is none.
// Which of them that is nobody can foresee, the processor neither.
static inline size_t higher_below(const struct ranked *ranking, size_t count,
                                  size_t at)
{
    size_t left = 2 * at + 1;
    size_t right = left + (left + 1 < count);

    return left < count && ranking[right].priority > ranking[left].priority
               ? right
               : left;
}

// Puts it where it belongs, from a hole up or down.
static void settle(struct kernel *kernel, size_t i, struct ranked ranked)
{
    size_t count = kernel->ranking.count;
    struct hole hole = {kernel->ranking.items, kernel->actors.items, i};
    const struct ranked *ranking = hole.ranking;
    size_t below;

    while (hole.at > 0 && ranking[(hole.at - 1) / 2].priority < ranked.priority)
        swap_with(&hole, (hole.at - 1) / 2);
    while ((below = higher_below(ranking, count, hole.at)) < count &&
           ranking[below].priority > ranked.priority)
        swap_with(&hole, below);
    move_in(&hole, ranked);
}

static inline const struct ranked *ranked_at(const struct kernel *kernel,
                                             const struct actor *actor)
{
    return ARRAY_AT(&kernel->ranking, struct ranked, actor->rank - 1);
}

void trio_sim_rank_(struct kernel *kernel, struct actor *actor)
{
    struct ranked ranked = *ranked_at(kernel, actor);

    ranked.priority = actor->priority;
    settle(kernel, actor->rank - 1, ranked);
}

// ---- Who is first ----

static inline uint32_t came_of(const struct kernel *kernel,
                               const struct trio_task *task)
{
    const struct actor *actor =
        ARRAY_AT(&kernel->actors, struct actor, trio_task_number(task));

    return ranked_at(kernel, actor)->came;
}

// Returns the place in line of one who is there. The last few are looked at one
// by one, for which nobody has to be asked when it came.
static size_t place_of(const struct kernel *kernel,
                       const struct candidates *candidates,
                       const struct ranked *ranked)
{
    const struct trio_task *task =
        ARRAY_AT(&kernel->actors, struct actor, ranked->number)->task;
    size_t from = 0, to = candidates->task_count;

    while (to - from > LONG_LINE) {
        size_t middle = from + (to - from) / 2;
        uint32_t came = came_of(kernel, candidates->tasks[middle]);
        if ((int32_t)(ranked->came - came) < 0)
            to = middle;
        else
            from = middle;
    }
    while (candidates->tasks[from] != task)
        from++;
    return from;
}

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
    const struct ranked *highest = kernel->ranking.items;

    if (!candidates->ranked)
        for (size_t i = 0; i < candidates->task_count; i++)
            consider(best, candidates->loop + i,
                     &actors[trio_task_number(candidates->tasks[i])]);
    else if (candidates->task_count > 0)
        consider(best,
                 candidates->loop + place_of(kernel, candidates, highest),
                 &actors[highest->number]);
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

    TRIO_ASSERT(actor->rank == 0);
    if (strategy->joined != NULL)
        strategy->joined(strategy->context, kernel, actor);
    if (kernel->ranking.count == kernel->ranking.max)
        trio_sim_append_raw_(kernel, &kernel->ranking);
    else
        kernel->ranking.count++;
    settle(kernel, kernel->ranking.count - 1,
           (struct ranked){actor->priority, actor->number, came});
}

// Who was in line still is; who is new is at the end, or the first, if it has
// only come to a soft point.
void trio_sim_line_up_(struct kernel *kernel,
                       const struct candidates *candidates)
{
    struct trio_task *const *tasks = candidates->tasks;
    size_t count = candidates->task_count;
    size_t ranked = kernel->ranking.count;

    if (ranked > 0 && ranked < count &&
        trio_sim_actor_(kernel, tasks[0])->rank == 0)
        join(kernel, tasks[0], came_of(kernel, tasks[1]) - 1);
    while (kernel->ranking.count < count)
        join(kernel, tasks[kernel->ranking.count], ++kernel->came);
}

void trio_sim_leave_line_(struct kernel *kernel, struct actor *actor)
{
    const struct strategy *strategy = kernel->strategy;
    const struct ranked *ranking = kernel->ranking.items;
    size_t i = actor->rank - 1;

    if (actor->rank == 0)
        return; // There was nobody to compare it with.
    if (strategy->left != NULL)
        strategy->left(strategy->context, kernel, actor);
    actor->rank = 0;
    if (i != --kernel->ranking.count)
        settle(kernel, i, ranking[kernel->ranking.count]);
}
