// Tasks by number. A task's path is its name in every schedule: the path of the
// task that started it, and which of its children it is.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

enum { PATHS_KEPT_APART = 1 << (TARGET_BITS - 1) };

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
void trio_sim_path_begin_(struct kernel *kernel, struct actor *actor)
{
    for (;;) {
        uint32_t target = (uint32_t)actor->path & ((1u << TARGET_BITS) - 1);
        uint64_t *word = &kernel->taken[target / 64];
        uint64_t bit = UINT64_C(1) << target % 64;

        if ((*word & bit) == 0 || kernel->actors.count > PATHS_KEPT_APART) {
            *word |= bit;
            return;
        }
        actor->path = trio_sim_mix_(actor->path, 0);
    }
}

uint32_t trio_sim_nth_(const struct kernel *kernel, const struct actor *actor)
{
    const char *name = trio_sim_history_(kernel, actor)->name;
    uint32_t nth = 1;

    for (uint32_t i = 1; i < actor->number; i++)
        nth += __builtin_strcmp(
                   ARRAY_AT(&kernel->histories, struct history, i)->name,
                   name) == 0;
    return nth;
}

static void name(const struct kernel *kernel, const struct actor *actor)
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
}

static __attribute__((noinline)) void look_closely(struct kernel *kernel,
                                                   struct actor *actor)
{
    struct history *history = trio_sim_append_(kernel, &kernel->histories);

    name(kernel, actor);
    history->host = trio_sim_host_name_(
        kernel->world.has_hosts ? trio_task_realm_of(actor->task) : NULL);
    trio_sim_path_begin_(kernel, actor);
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
    if (UNLIKELY(kernel->details))
        look_closely(kernel, actor);
    return actor;
}
