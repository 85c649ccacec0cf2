// What every measurement on state-threads begins with.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_ST_THREADS_H
#define BENCH_ST_THREADS_H

#include <st.h>

// Sets the library up, once for a process.
void st_threads_init(void);

st_thread_t st_threads_start(void *(*fn)(void *arg), void *arg);

st_cond_t st_threads_condition(void);

// Runs it unseen with a tenth of `total`, then with all, which takes so many
// nanoseconds.
double st_threads_time(void (*run)(long total), long total);

#endif // BENCH_ST_THREADS_H
