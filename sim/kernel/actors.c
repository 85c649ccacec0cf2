// Tasks by number. A task's path is its name in every schedule: the path of the
// task that started it, and which of its children it is.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

enum { PATHS_COMPARED_MAX = 1000 };

const struct actor trio_sim_no_actor_;

struct actor *trio_sim_actor_number_(const struct kernel *kernel,
                                     uint32_t number)
{
    TRIO_ASSERT(number < kernel->actors.count);
    return ARRAY_AT(&kernel->actors, struct actor, number);
}

struct history *trio_sim_history_(const struct kernel *kernel,
                                  const struct actor *actor)
{
    return ARRAY_AT(&kernel->histories, struct history, actor->number);
}

struct actor *trio_sim_actor_(struct kernel *kernel,
                              const struct trio_task *task)
{
    return &((struct actor *)kernel->actors.items)[trio_task_number(task)];
}

size_t trio_sim_actor_count_(const struct kernel *kernel)
{
    return kernel->actors.count;
}

const struct actor *trio_sim_actor_at_(const struct kernel *kernel, size_t i)
{
    return ARRAY_AT(&kernel->actors, struct actor, i);
}

// Tokens name a task by the lower bits of its path: no other one has the same.
static bool is_taken(const struct kernel *kernel, const struct actor *actor)
{
    uint64_t mask = (1u << TARGET_BITS) - 1;

    for (size_t i = 0; i < kernel->actors.count; i++) {
        const struct actor *other = ARRAY_AT(&kernel->actors, struct actor, i);
        if (other != actor && ((other->path ^ actor->path) & mask) == 0)
            return true;
    }
    return false;
}

static void name(const struct kernel *kernel, struct actor *actor)
{
    struct history *history = trio_sim_history_(kernel, actor);
    const char *given = trio_task_name(actor->task);
    size_t length = 0;

    if (given == NULL)
        given = "task";
    for (; given[length] != '\0' && length + 1 < sizeof(history->name);
         length++)
        history->name[length] = given[length];
    history->name[length] = '\0';
    actor->nth = 1;
    for (size_t i = 1; i + 1 < kernel->histories.count; i++) {
        const struct history *other =
            ARRAY_AT(&kernel->histories, struct history, i);
        if (__builtin_strcmp(other->name, history->name) == 0)
            actor->nth++;
    }
}

struct actor *trio_sim_actor_add_(struct kernel *kernel, struct trio_task *task,
                                  uint32_t parent)
{
    struct actor *actor = trio_sim_append_raw_(kernel, &kernel->actors);
    struct actor *mother = trio_sim_actor_number_(kernel, parent);

    *actor = trio_sim_no_actor_;
    actor->task = task;
    actor->number = (uint32_t)trio_task_number(task);
    actor->parent = parent;
    actor->path = trio_sim_mix_(mother->path, ++mother->children);
    actor->living = true;
    if (!kernel->details)
        return actor;
    trio_sim_append_(kernel, &kernel->histories);
    if (actor->number < PATHS_COMPARED_MAX) {
        name(kernel, actor);
        while (is_taken(kernel, actor))
            actor->path = trio_sim_mix_(actor->path, 0);
    }
    return actor;
}
