// The moments at which a task can be cancelled: it has parked, or it has been
// made ready and is yet to take its step. The second one is both "granted, not
// yet resumed" and "before the next operation". Whatever is injected happens
// right then, before the next step of anybody.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

// Whether somebody could cancel it, in this run and by now.
static bool is_cancellable(const struct open_scope *scope)
{
    return scope->cancellable && !scope->spared;
}

// Paths of the scopes around an actor that are worth cancelling: only those
// that the scenario named, if it named any here; else those that somebody could
// cancel, innermost first. The last one is always around everything.
static void choose_scopes(const struct kernel *kernel,
                          const struct actor *actor, uint32_t *paths)
{
    size_t count = 0;

    for (int named = 1; named >= 0 && count == 0; named--) {
        uint32_t at = actor->innermost;
        while (at != 0 && count < 2) {
            const struct open_scope *scope = trio_sim_scope_at_(kernel, at);
            if (is_cancellable(scope) && scope->path != SCOPE_AROUND &&
                (scope->target || !named))
                paths[count++] = scope->path;
            at = scope->outer;
        }
    }
    if (kernel->around != NULL)
        paths[count] = SCOPE_AROUND;
}

void trio_sim_moment_(struct kernel *kernel, struct actor *actor, bool parked)
{
    uint32_t anchor = trio_sim_anchor_of_moment_(actor, parked);
    struct point *point = trio_sim_append_(kernel, &kernel->points);
    const struct deviation *planned;

    point->key = trio_sim_key_(actor, parked);
    point->anchor = anchor;
    point->parked = parked;
    point->verb = actor->pending.verb;
    point->label = actor->label;
    point->order = kernel->steps;
    choose_scopes(kernel, actor, point->scopes);
    planned = trio_sim_planned_(kernel, DEVIATE_CANCEL, anchor);
    if (planned == NULL)
        return;
    struct due *due = trio_sim_append_(kernel, &kernel->due);
    *due = (struct due){planned, anchor, actor->number, parked};
}

void trio_sim_cancel_(struct kernel *kernel, struct open_scope *scope,
                      const struct due *due)
{
    char words[FIRED_WORDS_MAX];
    char where[FIRED_WORDS_MAX / 2];
    char whose[32];
    struct deviation deviation = {DEVIATE_CANCEL, due->anchor, scope->path};

    if (kernel->words) {
        trio_sim_describe_(kernel, trio_sim_actor_number_(kernel, due->task),
                           where, sizeof(where));
        trio_sim_actor_name_(kernel, scope->task, whose, sizeof(whose));
        trio_sim_format_(
            kernel, words, sizeof(words),
            scope->path == SCOPE_AROUND ? "%s, %s -> cancel(the scenario)"
                                        : "%s, %s -> cancel(scope of %s)",
            where, due->parked ? "parked" : "its step to come", whose);
    }
    trio_sim_fire_(kernel, deviation, words);
    kernel->injected = true;
    kernel->cancelled_scope = (uint32_t)(scope - trio_sim_scope_at_(kernel, 0));
    trio_cancel_scope_cancel(scope->scope, "injected");
}

void trio_sim_cancel_due_(struct kernel *kernel)
{
    for (size_t i = 0; i < kernel->due.count; i++) {
        struct due due = *ARRAY_AT(&kernel->due, struct due, i);
        struct open_scope *scope =
            trio_sim_scope_path_(kernel, due.planned->target);
        if (scope == NULL || !is_cancellable(scope) ||
            trio_sim_is_used_(kernel, due.planned))
            continue;
        trio_sim_has_fired_(kernel, due.planned);
        trio_sim_cancel_(kernel, scope, &due);
    }
    kernel->due.count = 0;
}
