// The tasks in line by priority, the highest first: a heap, so that a strategy
// that goes by priorities need not look at each of very many.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

static struct ranked *at(const struct kernel *kernel, size_t i)
{
    return ARRAY_AT(&kernel->ranking, struct ranked, i);
}

static void put(const struct kernel *kernel, size_t i, struct ranked ranked)
{
    *at(kernel, i) = ranked;
    trio_sim_actor_number_(kernel, ranked.number)->rank = (uint32_t)i + 1;
}

// Puts it where it belongs, from a free place up or down.
static void settle(const struct kernel *kernel, size_t i, struct ranked ranked)
{
    size_t count = kernel->ranking.count;

    while (i > 0 && at(kernel, (i - 1) / 2)->priority < ranked.priority) {
        put(kernel, i, *at(kernel, (i - 1) / 2));
        i = (i - 1) / 2;
    }
    for (size_t below = 2 * i + 1; below < count; below = 2 * i + 1) {
        if (below + 1 < count &&
            at(kernel, below + 1)->priority > at(kernel, below)->priority)
            below++;
        if (at(kernel, below)->priority <= ranked.priority)
            break;
        put(kernel, i, *at(kernel, below));
        i = below;
    }
    put(kernel, i, ranked);
}

void trio_sim_rank_(struct kernel *kernel, struct actor *actor)
{
    if (actor->rank == 0) {
        trio_sim_append_raw_(kernel, &kernel->ranking);
        actor->rank = (uint32_t)kernel->ranking.count;
    }
    settle(kernel, actor->rank - 1,
           (struct ranked){actor->priority, actor->number});
}

static void take_out(struct kernel *kernel, struct actor *actor)
{
    size_t i = actor->rank - 1;
    struct ranked last = *at(kernel, --kernel->ranking.count);

    actor->rank = 0;
    if (last.number != actor->number)
        settle(kernel, i, last);
}

// Returns NULL if there is no task among the candidates. Who is in its step is
// no longer in line.
static const struct actor *highest_task(struct kernel *kernel,
                                        const struct candidates *candidates)
{
    if (candidates->task_count == 0)
        return NULL;
    return candidates->reading
               ? trio_sim_candidate_(kernel, candidates, 0)
               : trio_sim_actor_number_(kernel, at(kernel, 0)->number);
}

static size_t place_of(const struct candidates *candidates,
                       const struct actor *actor)
{
    size_t i = 0;

    while (candidates->tasks[i] != actor->task)
        i++;
    return candidates->loop + i;
}

size_t trio_sim_first_by_priority_(struct kernel *kernel,
                                   const struct candidates *candidates)
{
    const struct actor *highest = highest_task(kernel, candidates);
    size_t i = candidates->loop > 0 ? 0 : candidates->task_count;
    size_t found = candidates->count;

    // Of those that are not in line there are few.
    while (i < candidates->count) {
        const struct actor *actor = trio_sim_candidate_(kernel, candidates, i);
        if (highest == NULL || actor->priority > highest->priority) {
            highest = actor;
            found = i;
        }
        i += i < candidates->loop ? 1 + candidates->task_count : 1;
    }
    return found < candidates->count ? found : place_of(candidates, highest);
}

// ---- The line ----

static void join(struct kernel *kernel, const struct trio_task *task)
{
    const struct strategy *strategy = kernel->strategy;
    struct actor *actor = trio_sim_actor_(kernel, task);

    TRIO_ASSERT(actor->rank == 0);
    if (strategy->joined != NULL)
        strategy->joined(strategy->context, kernel, actor);
    trio_sim_rank_(kernel, actor);
}

// Who was in line still is; who is new is at the end, or the first, if it has
// only come to a soft point.
void trio_sim_line_up_(struct kernel *kernel, struct place place)
{
    if (place.count > 0 && trio_sim_actor_(kernel, place.tasks[0])->rank == 0)
        join(kernel, place.tasks[0]);
    while (kernel->ranking.count < place.count)
        join(kernel, place.tasks[kernel->ranking.count]);
}

void trio_sim_leave_line_(struct kernel *kernel, struct actor *actor)
{
    const struct strategy *strategy = kernel->strategy;

    if (strategy->left != NULL)
        strategy->left(strategy->context, kernel, actor);
    take_out(kernel, actor);
}
