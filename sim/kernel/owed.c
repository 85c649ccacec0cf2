// What the scenario has taken and has to give back before its run ends.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

const void *trio_sim_realm_(const struct kernel *kernel)
{
    void **realm = kernel->world.has_hosts ? trio_task_realm() : NULL;

    return realm == NULL ? NULL : *realm;
}

void trio_sim_owe_(struct kernel *kernel, const struct trio_task *task,
                   const void *object, const char *kind)
{
    const void *realm = task == NULL ? NULL : trio_task_realm_of(task);
    struct owed *owed = trio_sim_append_(kernel, &kernel->owed);

    *owed = (struct owed){object, kind, realm};
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

static void forgive(struct kernel *kernel, const void *realm)
{
    size_t kept = 0;

    for (size_t i = 0; i < kernel->owed.count; i++) {
        struct owed *owed = ARRAY_AT(&kernel->owed, struct owed, i);
        if (owed->realm != realm)
            *ARRAY_AT(&kernel->owed, struct owed, kept++) = *owed;
    }
    kernel->owed.count = kept;
}

void trio_sim_crashed_(const struct trio_sim_host *host)
{
    struct kernel *kernel = trio_sim_current_();

    forgive(kernel, host);
    trio_sim_heap_forgive_(kernel, host);
    trio_sim_descriptors_forgive_(kernel, host);
}
