// A load that does not wait for the answers, and how long they take.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_PACED_LOAD_H
#define BENCH_PACED_LOAD_H

#include "bench/load.h"

// Sends `messages` messages, 40,000 a second, over the connections of `load`.
// Those of `slow` move a byte now and then meanwhile, and are ended after that.
// Stores how long the answers took, in microseconds: the median, and what 99 %
// and 99.9 % of them took at most.
void paced_load_run(const struct load *load, const struct load *slow,
                    long messages, double *ret_us);

#endif // BENCH_PACED_LOAD_H
