// What else could have come, for whoever makes one plan of another: each is a
// deviation that fits where it was kept, as the run goes up to there.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

enum {
    CHOICES_MAX = 1 << 14, // Of a run.
    CHOICES_HERE_MAX = 16  // Of one decision.
};

static void keep(struct kernel *kernel, enum deviation_kind kind,
                 uint32_t anchor, uint32_t target)
{
    struct deviation *choice;

    if (kernel->choices.count == CHOICES_MAX)
        return;
    choice = trio_sim_append_(kernel, &kernel->choices);
    *choice = (struct deviation){kind, anchor, target};
}

static size_t smaller(size_t one, size_t other)
{
    return one < other ? one : other;
}

void trio_sim_keep_turns_(struct kernel *kernel,
                          const struct candidates *candidates, uint32_t anchor)
{
    size_t end = smaller(candidates->loop + candidates->task_count,
                         CHOICES_HERE_MAX + 1);

    for (size_t i = 1; i < end; i++) {
        const struct actor *actor = trio_sim_candidate_(kernel, candidates, i);
        keep(kernel, DEVIATE_TASK, anchor,
             (uint32_t)actor->path & ((1u << TARGET_BITS) - 1));
    }
}

void trio_sim_keep_jobs_(struct kernel *kernel, struct place place)
{
    uint32_t anchor = trio_sim_anchor_of_place_(kernel, place);
    size_t end = smaller(kernel->jobs.count, CHOICES_HERE_MAX);

    for (size_t i = 0; i < end; i++)
        keep(kernel, DEVIATE_JOB, anchor,
             (uint32_t)trio_sim_job_at_(kernel, i)->job->path);
}

const struct deviation *trio_sim_choices_(const struct kernel *kernel,
                                          size_t *ret_count)
{
    *ret_count = kernel->choices.count;
    return kernel->choices.items;
}
