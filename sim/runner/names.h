// Names of objects to which the scenario has given none.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_NAMES_H
#define TRIO_SIM_RUNNER_NAMES_H

#include "sim/kernel/kernel.h"

enum { DERIVED_NAME_MAX = 32 };

struct derived_name {
    char text[DERIVED_NAME_MAX]; // "": there is none.
    bool shared;                 // An earlier object has the same.
    uint8_t uses;                // That were looked at.
};

// What objects are called in the source where the run that was last used them
// first: `pool->permits`. Its memory is to be given back.
struct names {
    struct derived_name *names; // By the number of the object.
    size_t count;
};

struct names trio_runner_names_(const struct kernel *kernel);
void trio_runner_names_free_(struct names *names);

// Replaces the numbers of objects by their names in a text of that run, `#3` by
// `pool->permits`, as far as there is room: in `size` bytes with the last zero.
void trio_runner_names_apply_(const struct names *names, char *text,
                              size_t size);

#endif // TRIO_SIM_RUNNER_NAMES_H
