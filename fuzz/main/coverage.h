// What of a run counts as coverage besides lines of code.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef FUZZ_MAIN_COVERAGE_H
#define FUZZ_MAIN_COVERAGE_H

#include "sim/kernel/kernel.h"

// Counts what the kernel's last run has shown.
void fuzz_coverage_note_(const struct kernel *kernel);

#endif // FUZZ_MAIN_COVERAGE_H
