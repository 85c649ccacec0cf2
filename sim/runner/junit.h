// Results as JUnit's XML, which build servers read.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef TRIO_SIM_RUNNER_JUNIT_H
#define TRIO_SIM_RUNNER_JUNIT_H

#include <stdio.h>

#include "sim/runner/record.h"

// Cases, kept until their numbers are known.
struct junit {
    const char *path; // Where they go in the end; NULL: nowhere.
    const char *suite;
    FILE *cases;
    char *text;
    size_t length;
    size_t tests;
    size_t failures;
    size_t errors;
    trio_duration time;
};

// Begins a file. NULL: there is to be none.
struct junit trio_runner_junit_(const char *path, const char *program);

// Adds a case; `report` is what is said of its failure.
void trio_runner_junit_add_(struct junit *junit, const struct record *record,
                            const char *report);

// Writes it all. False: it could not.
bool trio_runner_junit_finish_(struct junit *junit);

#endif // TRIO_SIM_RUNNER_JUNIT_H
