// Where the program says SOMETIMES, as the linker has it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_SITES_H
#define TRIO_SIM_RUNNER_SITES_H

#include <stddef.h>

struct trio_sometimes_site;

// Returns pointers to all of them.
struct trio_sometimes_site *const *trio_runner_sites_(size_t *ret_count);

#endif // TRIO_SIM_RUNNER_SITES_H
