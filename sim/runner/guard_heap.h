// The scenario's heap, as twins have it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_GUARD_HEAP_H
#define TRIO_SIM_RUNNER_GUARD_HEAP_H

#include <stddef.h>

struct kernel;

// Takes a block from malloc that lies where the plan of the run wants it, NULL:
// there is none. It is an ordinary one: free takes it.
void *trio_sim_guard_block_(const struct kernel *kernel, size_t size);

// Fills fresh memory with what the plan of the run wants there.
void trio_sim_guard_fill_(const struct kernel *kernel, void *memory,
                          size_t size);

#endif // TRIO_SIM_RUNNER_GUARD_HEAP_H
