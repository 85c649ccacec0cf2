// What a measurement reads: processor time and memory of processes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

// Memory of this process, as the kernel counts it.
struct meter_memory {
    double resident;    // Bytes.
    double page_tables; // Bytes.
    long mappings;
};

// Nanoseconds of processor time that this process has used.
double meter_cpu_ns(void);

// The same of another process, while it lives.
double meter_cpu_ns_of(pid_t process);

// Nanoseconds on the clock on the wall.
double meter_wall_ns(void);

// Both of them, of a process that lives.
struct meter_times {
    pid_t process;
    double cpu_ns, wall_ns;
};

struct meter_times meter_times_of(pid_t process);

// Stores what has passed since then: microseconds per unit of work, of the
// processor and on the wall.
void meter_times_since(struct meter_times start, double units,
                       double *ret_figures);

struct meter_memory meter_memory_now(void);

// Ends the measurement, which then counts as missing.
__attribute__((noreturn)) void meter_give_up(const char *what);

#ifdef __cplusplus
}
#endif

#endif // BENCH_METER_H
