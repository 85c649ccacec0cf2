// Deviations: those that the plan asks for, each of which happens once and
// where it fits, and all those that have happened in this run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

static bool *planned_at(struct kernel *kernel, uint32_t anchor)
{
    return &kernel->planned_at[anchor % ANCHOR_SLOTS];
}

static void mark(struct kernel *kernel, bool planned)
{
    const struct plan *plan = kernel->plan;

    for (size_t i = 0; i < plan->deviation_count; i++)
        *planned_at(kernel, plan->deviations[i].anchor) = planned;
}

void trio_sim_plan_begin_(struct kernel *kernel)
{
    for (size_t i = 0; i < kernel->plan->deviation_count; i++)
        trio_sim_append_(kernel, &kernel->used);
    mark(kernel, true);
}

void trio_sim_plan_end_(struct kernel *kernel)
{
    mark(kernel, false);
}

bool trio_sim_is_used_(const struct kernel *kernel,
                       const struct deviation *planned)
{
    return *ARRAY_AT(&kernel->used, bool, planned - kernel->plan->deviations);
}

const struct deviation *trio_sim_planned_(struct kernel *kernel,
                                          enum deviation_kind kind,
                                          uint32_t anchor)
{
    const struct plan *plan = kernel->plan;

    if (!*planned_at(kernel, anchor))
        return NULL;
    for (size_t i = 0; i < plan->deviation_count; i++) {
        const struct deviation *deviation = &plan->deviations[i];
        if (deviation->anchor == anchor && deviation->kind == kind &&
            !*ARRAY_AT(&kernel->used, bool, i))
            return deviation;
    }
    return NULL;
}

void trio_sim_has_fired_(struct kernel *kernel, const struct deviation *planned)
{
    *ARRAY_AT(&kernel->used, bool, planned - kernel->plan->deviations) = true;
    kernel->outcome->fired++;
}

void trio_sim_fire_(struct kernel *kernel, struct deviation deviation,
                    const char *words)
{
    *(struct deviation *)trio_sim_append_(kernel, &kernel->fired) = deviation;
    kernel->stretching = false;
    if (!kernel->words)
        return;
    struct fired_words *fired = trio_sim_append_(kernel, &kernel->fired_words);
    trio_sim_format_(kernel, fired->text, sizeof(fired->text), "%s", words);
    trio_sim_keep_(kernel, &(struct event){.kind = EVENT_FIRED}, 0);
}

const struct deviation *trio_sim_fired_(const struct kernel *kernel,
                                        size_t *ret_count)
{
    *ret_count = kernel->fired.count;
    return kernel->fired.items;
}

const char *trio_sim_fired_words_(const struct kernel *kernel, size_t i)
{
    return ARRAY_AT(&kernel->fired_words, struct fired_words, i)->text;
}

size_t trio_sim_stale_(const struct kernel *kernel, size_t *ret_first)
{
    size_t count = 0;

    for (size_t i = kernel->used.count; i-- > 0;) {
        if (*ARRAY_AT(&kernel->used, bool, i))
            continue;
        *ret_first = i;
        count++;
    }
    return count;
}

const struct point *trio_sim_points_(const struct kernel *kernel,
                                     size_t *ret_count)
{
    *ret_count = kernel->points.count;
    return kernel->points.items;
}
