// The tasks in line by priority, the highest first: a heap, so that a strategy
// that goes by priorities need not look at each of very many. A line that was
// never long is not ranked: few are compared sooner than kept in order.
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

// Puts it where it belongs, from a hole up or down.
static void settle(struct kernel *kernel, size_t i, struct ranked ranked)
{
    size_t count = kernel->ranking.count;
    struct hole hole = {kernel->ranking.items, kernel->actors.items, i};
    const struct ranked *ranking = hole.ranking;

    while (hole.at > 0 && ranking[(hole.at - 1) / 2].priority < ranked.priority)
        swap_with(&hole, (hole.at - 1) / 2);
    for (size_t below = 2 * hole.at + 1; below < count;
         below = 2 * hole.at + 1) {
        if (below + 1 < count &&
            ranking[below + 1].priority > ranking[below].priority)
            below++;
        if (ranking[below].priority <= ranked.priority)
            break;
        swap_with(&hole, below);
    }
    move_in(&hole, ranked);
}

void trio_sim_rank_(struct kernel *kernel, struct actor *actor)
{
    settle(kernel, actor->rank - 1,
           (struct ranked){actor->priority, actor->number});
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

// Who is ranked need not be looked for, but for its place in line.
static void consider_tasks(const struct kernel *kernel,
                           const struct candidates *candidates,
                           struct best *best)
{
    const struct actor *actors = kernel->actors.items;
    const struct ranked *highest = kernel->ranking.items;
    size_t i = 0;

    if (!candidates->ranked) {
        for (; i < candidates->task_count; i++)
            consider(best, candidates->loop + i,
                     &actors[trio_task_number(candidates->tasks[i])]);
    } else if (candidates->task_count > 0) {
        while (candidates->tasks[i] != actors[highest->number].task)
            i++;
        consider(best, candidates->loop + i, &actors[highest->number]);
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

static void join(struct kernel *kernel, const struct trio_task *task)
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
           (struct ranked){actor->priority, actor->number});
}

// Who was in line still is; who is new is at the end, or the first, if it has
// only come to a soft point.
void trio_sim_line_up_(struct kernel *kernel,
                       const struct candidates *candidates)
{
    struct trio_task *const *tasks = candidates->tasks;
    size_t count = candidates->task_count;

    if (kernel->ranking.count < count &&
        trio_sim_actor_(kernel, tasks[0])->rank == 0)
        join(kernel, tasks[0]);
    while (kernel->ranking.count < count)
        join(kernel, tasks[kernel->ranking.count]);
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
