// Where two runs of one plan part.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_SEARCH_TWIN_EVENTS_H
#define TRIO_SIM_SEARCH_TWIN_EVENTS_H

#include "sim/search/search.h"

// Copies the events of the kernel's last run into an array of the kernel's,
// which is the caller's to give back.
void trio_sim_twin_keep_(struct kernel *kernel, struct array *ret_kept);

// Compares what was kept with the kernel's last run, with words or without as
// that one, and writes the first difference: "first at step 12: reader#1
// acquire queue / reader#2 yield", what was kept before the slash.
void trio_sim_twin_part_(const struct kernel *kernel, const struct array *kept,
                         char *buffer, size_t size);

#endif // TRIO_SIM_SEARCH_TWIN_EVENTS_H
