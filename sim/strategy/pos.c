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
//
// In a long line, which is ranked, it is done for who joins it; and those whose
// operation has an object are in lists, to be found by that.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/strategy/strategy.h"

static const uint64_t step_bits = 0xff;

static void draw(struct pos *pos, struct actor *actor)
{
    actor->priority =
        (trio_sim_next_(&pos->state) & ~step_bits) | (actor->steps & step_bits);
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

// Draws anew whom of a list the operation conflicts with.
static void redraw_list(struct pos *pos, struct kernel *kernel,
                        const struct operation *operation)
{
    uint32_t number = *list_of(pos, operation->object);

    while (number != 0) {
        struct actor *actor = trio_sim_actor_number_(kernel, number);
        if (trio_sim_conflict_(operation, &actor->pending)) {
            draw(pos, actor);
            trio_sim_rank_(kernel, actor);
        }
        number = actor->next;
    }
}

static void redraw_ranked(struct pos *pos, struct kernel *kernel,
                          const struct candidates *candidates)
{
    for (uint32_t i = 0; i < pos->used_count && i < USED_MAX; i++)
        if (pos->used[i].object != NULL)
            redraw_list(pos, kernel, &pos->used[i]);
    if (pos->used_count <= USED_MAX)
        return;
    for (size_t i = 0; i < candidates->task_count; i++) {
        struct actor *actor = trio_sim_actor_(kernel, candidates->tasks[i]);
        if (conflicts(pos, &actor->pending)) {
            draw(pos, actor);
            trio_sim_rank_(kernel, actor);
        }
    }
}

static size_t compare_all(struct pos *pos, struct kernel *kernel,
                          const struct candidates *candidates)
{
    uint64_t best = 0;
    size_t chosen = 0;

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
    return chosen;
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
    size_t chosen;

    if (candidates->reading)
        return pick_reading(pos, kernel, candidates);
    if (candidates->ranked) {
        redraw_ranked(pos, kernel, candidates);
        chosen = trio_sim_first_by_priority_(kernel, candidates);
    } else {
        chosen = compare_all(pos, kernel, candidates);
    }
    pos->used_count = 0;
    return chosen;
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
