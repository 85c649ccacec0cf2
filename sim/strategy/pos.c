// Partial order sampling. Every pending operation has a random priority, and
// the highest goes first. Orders that differ only in what commutes come from
// the same priorities as far as they agree, so that it is the partial orders
// which are sampled, not the interleavings, of which a long independent part
// has so many. For that, the operations that conflict with the one that was
// done are drawn anew: that one came first must not say when they come.
//
// A priority belongs to one operation, and no call says when an actor has come
// to its next: its low bits say of which step it is. Whoever is not a candidate
// has not been compared since its last step, and a number that nobody has
// looked at need not be drawn anew. So it is enough to do it for candidates,
// just before they are compared.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

static const uint64_t step_bits = 0xff;

static void draw(struct pos *pos, struct actor *actor)
{
    actor->priority =
        (trio_sim_next_(&pos->state) & ~step_bits) | (actor->steps & step_bits);
}

static void begin(void *context, struct kernel *kernel, uint64_t seed)
{
    struct pos *pos = context;

    (void)kernel;
    pos->state = seed;
    pos->used_count = 0;
}

static void started(void *context, struct kernel *kernel, struct actor *actor)
{
    (void)kernel;
    draw(context, actor);
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

// Whether what was used since the last decision conflicts with what is pending.
// Of a step that uses more than there is room for, it may.
static bool conflicts(const struct pos *pos, const struct operation *pending)
{
    if (pending->object == NULL)
        return false;
    if (pos->used_count > USED_MAX)
        return true;
    for (uint32_t i = 0; i < pos->used_count; i++)
        if (trio_sim_conflict_(&pos->used[i], pending))
            return true;
    return false;
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
    uint64_t best = 0;
    size_t chosen = 0;

    if (candidates->reading)
        return pick_reading(pos, kernel, candidates);
    for (size_t i = 0; i < candidates->count; i++) {
        struct actor *actor = trio_sim_candidate_(kernel, candidates, i);
        if (((actor->priority ^ actor->steps) & step_bits) != 0 ||
            conflicts(pos, &actor->pending))
            draw(pos, actor);
        if (actor->priority > best) {
            best = actor->priority;
            chosen = i;
        }
    }
    pos->used_count = 0;
    return chosen;
}

struct strategy trio_sim_pos_(struct pos *pos)
{
    *pos = (struct pos){0};
    return (struct strategy){.name = "pos",
                             .begin = begin,
                             .pick = pick,
                             .started = started,
                             .used = used,
                             .context = pos};
}
