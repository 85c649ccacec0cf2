// Partial order sampling. Every pending operation has a random priority, and
// the highest goes first. Orders that differ only in what commutes come from
// the same priorities as far as they agree, so that it is the partial orders
// which are sampled, not the interleavings, of which a long independent part
// has so many. For that, the operations that conflict with the one that was
// done are drawn anew: that one came first must not say when they come.
//
// A task has come to its next operation when it is in line again. Those in line
// whose operation has an object are in lists, to be found by it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

static void draw(struct pos *pos, struct actor *actor)
{
    actor->priority = trio_sim_next_(&pos->state);
}

static uint32_t *list_of(struct pos *pos, const void *object)
{
    uint64_t hash = (uint64_t)(uintptr_t)object * UINT64_C(0x9e3779b97f4a7c15);

    return &pos->lists[(hash >> 32) % POS_LISTS];
}

static void begin(void *context, struct kernel *kernel, uint64_t seed)
{
    struct pos *pos = context;

    (void)kernel;
    pos->state = seed;
    pos->used_count = 0;
    __builtin_memset(pos->lists, 0, sizeof(pos->lists));
}

static void started(void *context, struct kernel *kernel, struct actor *actor)
{
    (void)kernel;
    draw(context, actor);
}

static void joined(void *context, struct kernel *kernel, struct actor *actor)
{
    struct pos *pos = context;

    draw(pos, actor);
    if (actor->pending.object == NULL)
        return;
    uint32_t *first = list_of(pos, actor->pending.object);
    actor->before = 0;
    actor->next = *first;
    if (*first != 0)
        trio_sim_actor_number_(kernel, *first)->before = actor->number;
    *first = actor->number;
}

static void left(void *context, struct kernel *kernel, struct actor *actor)
{
    if (actor->pending.object == NULL)
        return;
    if (actor->next != 0)
        trio_sim_actor_number_(kernel, actor->next)->before = actor->before;
    if (actor->before != 0)
        trio_sim_actor_number_(kernel, actor->before)->next = actor->next;
    else
        *list_of(context, actor->pending.object) = actor->next;
}

static void used(void *context, struct kernel *kernel, struct actor *actor,
                 const struct operation *operation)
{
    struct pos *pos = context;

    (void)kernel;
    (void)actor; // It has a new operation anyway.
    if (pos->used_count < USED_MAX)
        pos->used[pos->used_count] = *operation;
    pos->used_count++;
}

static void redraw(struct pos *pos, struct kernel *kernel, struct actor *actor)
{
    draw(pos, actor);
    trio_sim_rank_(kernel, actor);
}

// Draws anew what conflicts with an operation.
static void redraw_rivals(struct pos *pos, struct kernel *kernel,
                          const struct operation *operation)
{
    uint32_t next = *list_of(pos, operation->object);

    while (next != 0) {
        struct actor *actor = trio_sim_actor_number_(kernel, next);
        if (trio_sim_conflict_(operation, &actor->pending))
            redraw(pos, kernel, actor);
        next = actor->next;
    }
}

// Draws anew what conflicts with what was used since the last decision. If that
// is more than there is room for, everything may; in an order that does not
// depend on addresses.
static void redraw_all(struct pos *pos, struct kernel *kernel,
                       const struct candidates *candidates)
{
    bool overflowed = pos->used_count > USED_MAX;

    for (size_t i = 0; overflowed && i < candidates->task_count; i++) {
        struct actor *actor = trio_sim_actor_(kernel, candidates->tasks[i]);
        if (actor->pending.object != NULL)
            redraw(pos, kernel, actor);
    }
    for (uint32_t i = 0; !overflowed && i < pos->used_count; i++)
        if (pos->used[i].object != NULL)
            redraw_rivals(pos, kernel, &pos->used[i]);
    pos->used_count = 0;
}

// A reading of the clock is an operation of its own, amid a step whose others
// are still to be compared.
static size_t pick_reading(struct pos *pos, struct kernel *kernel,
                           const struct candidates *candidates)
{
    const struct actor *clock =
        trio_sim_candidate_(kernel, candidates, candidates->count - 1);

    return trio_sim_next_(&pos->state) < clock->priority;
}

static size_t pick(void *context, struct kernel *kernel,
                   const struct candidates *candidates)
{
    struct pos *pos = context;

    if (candidates->reading)
        return pick_reading(pos, kernel, candidates);
    if (pos->used_count > 0)
        redraw_all(pos, kernel, candidates);
    return trio_sim_first_by_priority_(kernel, candidates);
}

struct strategy trio_sim_pos_(struct pos *pos)
{
    *pos = (struct pos){.state = 0};
    return (struct strategy){.name = "pos",
                             .begin = begin,
                             .pick = pick,
                             .ranks = true,
                             .started = started,
                             .joined = joined,
                             .left = left,
                             .used = used,
                             .context = pos};
}
