// Descriptors of files that the scenario's own code has made in a run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_KERNEL_DESCRIPTORS_H
#define TRIO_SIM_KERNEL_DESCRIPTORS_H

struct kernel;

struct descriptor {
    int number;
    const char *what;  // The function that made it,
    const void *place; // and where that was called.
    int (*close)(int number);
    const void *realm; // Of the task that made it, or NULL.
};

// One was made; one was closed, which need not be one of the run's.
void trio_sim_descriptor_took_(struct kernel *kernel,
                               const struct descriptor *descriptor);
void trio_sim_descriptor_gave_(struct kernel *kernel, int number);

// Returns the oldest that is left, NULL if there is none.
const struct descriptor *trio_sim_descriptor_left_(const struct kernel *kernel);

// Closes what the tasks of a realm have made.
void trio_sim_descriptors_forgive_(struct kernel *kernel, const void *realm);

// A run is over: closes what is left of it.
void trio_sim_descriptors_end_(struct kernel *kernel);

#endif // TRIO_SIM_KERNEL_DESCRIPTORS_H
