// What the scenario has taken and has to give back before its run ends.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

void trio_sim_owe_(struct kernel *kernel, const void *object, const char *kind)
{
    struct owed *owed = trio_sim_append_(kernel, &kernel->owed);

    *owed = (struct owed){object, kind};
}

void trio_sim_settle_(struct kernel *kernel, const void *object)
{
    struct array *all = &kernel->owed;

    for (size_t i = all->count; i-- > 0;) {
        struct owed *owed = ARRAY_AT(all, struct owed, i);
        if (owed->object != object)
            continue;
        *owed = *ARRAY_AT(all, struct owed, all->count - 1);
        all->count--;
        return;
    }
    trio_sim_fail_(kernel, FAILURE_OWED,
                   "something was given back that nobody had taken");
}

const char *trio_sim_still_owed_(const struct kernel *kernel)
{
    if (kernel->owed.count == 0)
        return NULL;
    return ARRAY_AT(&kernel->owed, struct owed, 0)->kind;
}
