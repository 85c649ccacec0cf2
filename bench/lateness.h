// How late a number of waits ended.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_LATENESS_H
#define BENCH_LATENESS_H

#ifdef __cplusplus
extern "C" {
#endif

enum { LATENESS_MAX = 4096 };

struct lateness {
    double us[LATENESS_MAX];
    int count;
};

// Adds a wait that began at `start_ns` by the wall and was to last `wait_ns`.
void lateness_add(struct lateness *lateness, double start_ns, double wait_ns);

// Stores the median, the 99th percentile, the worst, and how many were early.
void lateness_figures(struct lateness *lateness, double *ret_figures);

#ifdef __cplusplus
}
#endif

#endif // BENCH_LATENESS_H
