// The scopes that are open, each under the one around it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A scope's name in tokens is made of the path of the task that opened it and
// of how many scopes that had opened before.

#include "sim/kernel/state.h"

enum { PATHS_COMPARED_MAX = 1000 };

struct open_scope *trio_sim_scope_at_(const struct kernel *kernel,
                                      uint32_t number)
{
    return ARRAY_AT(&kernel->scopes, struct open_scope, number);
}

// Mostly it is one of those around the task that is speaking. If it is not, the
// newest first: a closed one leaves its address to others.
static uint32_t find(const struct kernel *kernel, const struct actor *actor,
                     const struct trio_cancel_scope *scope)
{
    for (uint32_t at = actor->innermost; at != 0;
         at = trio_sim_scope_at_(kernel, at)->outer)
        if (trio_sim_scope_at_(kernel, at)->scope == scope)
            return at;
    for (size_t i = kernel->scopes.count; i-- > 1;)
        if (trio_sim_scope_at_(kernel, (uint32_t)i)->scope == scope)
            return (uint32_t)i;
    return 0;
}

// From 1 to SCOPE_AROUND - 1.
static uint32_t path_of(const struct kernel *kernel, const struct actor *actor)
{
    uint64_t hash = trio_sim_mix_(actor->path, actor->scopes);
    uint32_t path = (uint32_t)(hash >> 16) % (SCOPE_AROUND - 1) + 1;

    // No two that are open at once have the same, unless there are very many.
    while (kernel->scopes.count < PATHS_COMPARED_MAX &&
           trio_sim_scope_path_(kernel, path) != NULL)
        path = path % (SCOPE_AROUND - 1) + 1;
    return path;
}

void trio_sim_scope_opened_(struct kernel *kernel, struct actor *actor,
                            struct trio_cancel_scope *scope, bool cancellable)
{
    bool around = scope == kernel->around;

    actor->scopes++;
    uint32_t path = around ? SCOPE_AROUND : path_of(kernel, actor);
    struct open_scope *open = trio_sim_append_(kernel, &kernel->scopes);
    *open = (struct open_scope){.scope = scope,
                                .outer = actor->innermost,
                                .path = path,
                                .task = actor->number,
                                .cancellable = cancellable};
    actor->innermost = (uint32_t)kernel->scopes.count - 1;
}

void trio_sim_scope_closed_(struct kernel *kernel, struct actor *actor,
                            const struct trio_cancel_scope *scope)
{
    uint32_t number = find(kernel, actor, scope);

    if (number == 0)
        return;
    struct open_scope *open = trio_sim_scope_at_(kernel, number);
    open->scope = NULL;
    if (actor->innermost == number)
        actor->innermost = open->outer;
    if (kernel->cancelled_scope == number)
        kernel->cancelled_scope = 0;
    while (
        kernel->scopes.count > 1 &&
        trio_sim_scope_at_(kernel, (uint32_t)kernel->scopes.count - 1)->scope ==
            NULL)
        kernel->scopes.count--;
}

void trio_sim_scope_named_(struct kernel *kernel, const struct actor *actor,
                           const struct trio_cancel_scope *scope, bool target)
{
    uint32_t number = find(kernel, actor, scope);

    if (number == 0)
        return;
    struct open_scope *open = trio_sim_scope_at_(kernel, number);
    open->target = target;
    open->spared = !target;
    open->cancellable |= target;
}

void trio_sim_scope_shared_(struct kernel *kernel, const struct actor *actor,
                            const struct trio_cancel_scope *scope)
{
    uint32_t number = find(kernel, actor, scope);

    if (number != 0)
        trio_sim_scope_at_(kernel, number)->cancellable = true;
}

void trio_sim_scope_moved_(struct kernel *kernel, struct actor *actor,
                           const struct trio_cancel_scope *parent)
{
    const struct actor *mother = trio_sim_actor_number_(kernel, actor->parent);
    uint32_t *link = &actor->innermost;

    while (*link != 0)
        link = &trio_sim_scope_at_(kernel, *link)->outer;
    *link = find(kernel, mother, parent);
}

struct open_scope *trio_sim_scope_path_(const struct kernel *kernel,
                                        uint32_t path)
{
    for (size_t i = kernel->scopes.count; i-- > 1;) {
        struct open_scope *open = trio_sim_scope_at_(kernel, (uint32_t)i);
        if (open->scope != NULL && open->path == path)
            return open;
    }
    return NULL;
}
