// The scenarios that are to be run.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_SELECTION_H
#define TRIO_SIM_RUNNER_SELECTION_H

#include "sim/runner/options.h"

// Those of the program that the options ask for, in the order of registration.
struct selection {
    const struct trio_scenario **scenarios;
    size_t count;
    size_t width; // Of the longest name.
    bool all;     // There are no others.
};

// Selects them; the list is the caller's to free. False: there is no memory.
bool trio_runner_select_(const struct options *options,
                         struct selection *ret_selection);

// Returns the scenario of a name, NULL if there is none.
const struct trio_scenario *trio_runner_scenario_named_(const char *name);

// Whether what is asked for can be had: there are such scenarios, and such a
// strategy for each of them. False: it has said why not.
bool trio_runner_selection_check_(const struct options *options,
                                  const struct selection *selection);

#endif // TRIO_SIM_RUNNER_SELECTION_H
