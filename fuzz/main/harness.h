// A program of scenarios under a fuzzer: what lives as long as the process.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef FUZZ_MAIN_HARNESS_H
#define FUZZ_MAIN_HARNESS_H

#include "fuzz/main/input.h"
#include "sim/runner/options.h"
#include "sim/runner/record.h"
#include "sim/runner/selection.h"

struct fuzz_harness {
    struct options options;
    struct selection selection;
    struct trio_campaign *campaign;
    struct kernel *kernel;
    struct record record;    // Of the run that is under way.
    struct fuzz_input input; // Of the last run.
    struct outcome outcome;  // Of that.
    uint64_t runs;           // So far, also of parents.
    bool hand_offs;          // They count as coverage.
    bool catching;           // Crashes are told with their token.
};

// The one of this process; LLVMFuzzerInitialize begins it.
extern struct fuzz_harness fuzz_harness_;

// Runs what `fuzz_harness_.input` says, with details and choices. What fails is
// for the caller to look at.
void fuzz_harness_run_(struct plan *ret_plan);

// Returns its scenario.
const struct trio_scenario *fuzz_harness_scenario_(void);

// What a fuzzer calls; LLVM's names.
int LLVMFuzzerInitialize(int *argument_count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max,
                               unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size,
                                 const uint8_t *other, size_t other_size,
                                 uint8_t *ret_data, size_t size_max,
                                 unsigned seed);

#endif // FUZZ_MAIN_HARNESS_H
