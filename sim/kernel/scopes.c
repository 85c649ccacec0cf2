// The scopes that are open, each under the one around it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A scope's name in tokens is made of the path of the task that opened it and
// of how many scopes that had opened before.

#include "sim/kernel/state.h"

struct open_scope *trio_sim_scope_at_(const struct kernel *kernel,
                                      uint32_t number)
{
    return ARRAY_AT(&kernel->scopes, struct open_scope, number);
}

// The newest first: a closed one leaves its address to others.
static uint32_t find(const struct kernel *kernel,
                     const struct trio_cancel_scope *scope)
{
    for (size_t i = kernel->scopes.count; i-- > 1;)
        if (trio_sim_scope_at_(kernel, (uint32_t)i)->scope == scope)
            return (uint32_t)i;
    return 0;
}

static uint32_t path_of(const struct kernel *kernel, const struct actor *actor)
{
    uint64_t hash = trio_sim_mix_(actor->path, actor->scopes);
    uint32_t path = (uint32_t)(hash >> 16) & (SCOPE_AROUND - 1);

    // No two that are open at once have the same.
    while (path == 0 || trio_sim_scope_path_(kernel, path) != NULL)
        path = (path + 1) & (SCOPE_AROUND - 1);
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
    uint32_t number = find(kernel, scope);

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

void trio_sim_scope_named_(struct kernel *kernel,
                           const struct trio_cancel_scope *scope, bool target)
{
    uint32_t number = find(kernel, scope);

    if (number == 0)
        return;
    trio_sim_scope_at_(kernel, number)->target = target;
    trio_sim_scope_at_(kernel, number)->cancellable = target;
}

void trio_sim_scope_inherited_(struct kernel *kernel, struct actor *actor,
                               const struct trio_cancel_scope *parent)
{
    actor->innermost = find(kernel, parent);
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
