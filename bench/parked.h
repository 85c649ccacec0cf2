// Many tasks that wait for nothing but their cancellation.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_PARKED_H
#define BENCH_PARKED_H

#include <trio/trio.h>

#include "bench/meter.h"

// What to do with how many, and what came of it.
struct parked {
    size_t count;
    size_t stack_size;
    bool run;                   // Let them run to their wait; else end before.
    double create_ns;           // Out, each.
    double cancel_ns;           // Out, each: cancel at the root, and join.
    struct meter_memory before; // Out.
    struct meter_memory after;  // Out: with all of them alive.
};

// Starts the tasks, cancels their nursery and joins them.
TRIO_CHECKPOINT trio_status parked_run(struct parked *parked);

// Bytes of resident memory, or of page tables, that each task took.
double parked_resident_each(const struct parked *parked);
double parked_page_tables_each(const struct parked *parked);

#endif // BENCH_PARKED_H
