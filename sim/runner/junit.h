// Results as JUnit's XML, which build servers read.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_JUNIT_H
#define TRIO_SIM_RUNNER_JUNIT_H

#include <stdio.h>

#include "sim/runner/record.h"

// A file of cases. It is a whole document after each of them, however the
// process ends.
struct junit {
    FILE *file; // NULL: there is none.
    const char *suite;
    long end; // Of the last case in the file.
    size_t tests;
    size_t failures;
    size_t errors;
    trio_duration time;
};

// Begins the file at `path`, if that is not NULL. False: it cannot be written,
// and errno says why.
bool trio_runner_junit_begin_(struct junit *junit, const char *path,
                              const char *program);

// Adds a case; `report` is what is said of its failure.
void trio_runner_junit_add_(struct junit *junit, const struct record *record,
                            const char *report);

// Closes it. False: not all of it could be written.
bool trio_runner_junit_end_(struct junit *junit);

#endif // TRIO_SIM_RUNNER_JUNIT_H
