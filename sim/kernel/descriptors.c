// There are few at a time: they are in a list, in the order of their making.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "sim/kernel/state.h"

static struct descriptor *at(const struct kernel *kernel, size_t i)
{
    return ARRAY_AT(&kernel->descriptors, struct descriptor, i);
}

void trio_sim_descriptor_took_(struct kernel *kernel,
                               const struct descriptor *descriptor)
{
    trio_sim_descriptor_gave_(kernel, descriptor->number);
    struct descriptor *taken = trio_sim_append_(kernel, &kernel->descriptors);
    *taken = *descriptor;
    taken->realm = trio_sim_realm_(kernel);
}

void trio_sim_descriptor_gave_(struct kernel *kernel, int number)
{
    size_t kept = 0;

    for (size_t i = 0; i < kernel->descriptors.count; i++)
        if (at(kernel, i)->number != number)
            *at(kernel, kept++) = *at(kernel, i);
    kernel->descriptors.count = kept;
}

const struct descriptor *trio_sim_descriptor_left_(const struct kernel *kernel)
{
    return kernel->descriptors.count > 0 ? at(kernel, 0) : NULL;
}

void trio_sim_descriptors_forgive_(struct kernel *kernel, const void *realm)
{
    size_t kept = 0;

    for (size_t i = 0; i < kernel->descriptors.count; i++) {
        struct descriptor *one = at(kernel, i);
        if (one->realm == realm)
            one->close(one->number);
        else
            *at(kernel, kept++) = *one;
    }
    kernel->descriptors.count = kept;
}

void trio_sim_descriptors_end_(struct kernel *kernel)
{
    for (size_t i = 0; i < kernel->descriptors.count; i++)
        at(kernel, i)->close(at(kernel, i)->number);
    kernel->descriptors.count = 0;
}
